"""GraphQL: a view over the services; no business rule lives here."""
