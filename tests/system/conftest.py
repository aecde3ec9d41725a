"""What tests of the system blueprints share with those of the API: the server, and names of their own."""

from tests.graphql.api.conftest import api, card, kind, shared_server

__all__ = ["api", "card", "kind", "shared_server"]
