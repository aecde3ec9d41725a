"""GraphQL between the wire and a schema: HTTP, event streams, sockets, limits and masked errors.

Nothing here knows Levelmark's own types. A server builds a `ProtocolSchema` with `schema_extensions()`, and
serves it as `GraphQLApp(schema, get_context=...)`.
"""

from levelmark.graphql.protocol.access import PREFLIGHT_HEADER
from levelmark.graphql.protocol.connection import connection_params, last_event_id
from levelmark.graphql.protocol.http import GetContext, GraphQLApp
from levelmark.graphql.protocol.schema import EventContext, ProtocolSchema, schema_extensions
from levelmark.graphql.protocol.settings import Limits, ProtocolSettings

__all__ = [
    "PREFLIGHT_HEADER",
    "EventContext",
    "GetContext",
    "GraphQLApp",
    "Limits",
    "ProtocolSchema",
    "ProtocolSettings",
    "connection_params",
    "last_event_id",
    "schema_extensions",
]
