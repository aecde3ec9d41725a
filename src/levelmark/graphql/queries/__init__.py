"""The queries of the API, one kind of thing to a module."""
