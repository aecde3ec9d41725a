from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from levelmark.graphql.protocol import GraphQLApp, ProtocolSettings

from .endpoint import Endpoint, serve
from .toy import context_of, schema

SETTINGS = ProtocolSettings(
    body_bytes=100_000,
    body_seconds=0.5,
    frame_bytes=50_000,
    init_seconds=0.3,
    keep_alive_seconds=0.1,
    operations_per_socket=5,
)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Endpoint]:
    app = GraphQLApp(schema, get_context=context_of, settings=SETTINGS)
    with serve(Starlette(routes=app.routes("/graphql"))) as served:
        yield served
        served.client.close()
