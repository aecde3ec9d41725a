"""The application: the GraphQL endpoint and what stands beside it, as one Starlette app."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.websockets import WebSocket

from levelmark.domain.errors import LevelmarkError
from levelmark.graphql.context import Context
from levelmark.graphql.protocol import GraphQLApp, ProtocolSettings, last_event_id
from levelmark.graphql.schema import build_schema
from levelmark.server.badges import badge_route
from levelmark.server.metrics import metrics_route
from levelmark.server.reports import report_routes
from levelmark.server.settings import Settings
from levelmark.services import Services


def build_app(services: Services, settings: Settings) -> tuple[Starlette, GraphQLApp]:
    """The app, and the endpoint in it whose streams end with `end_streams`.

    Whoever serves it keeps the services running.
    """

    async def context(connection: Request | WebSocket) -> Context:
        return Context(services, last_event_id(connection))

    async def ready(_: Request) -> JSONResponse:
        return await _readiness(services)

    protocol = ProtocolSettings(allowed_origins=settings.allowed_origins)
    schema = build_schema()
    graphql = GraphQLApp(schema, get_context=context, settings=protocol)
    probes = [Route("/healthz", _alive), Route("/readyz", ready)]
    views = [badge_route(services), metrics_route(services, settings), *report_routes(services, schema)]
    return Starlette(routes=[*graphql.routes("/graphql"), *probes, *views]), graphql


async def _alive(_: Request) -> JSONResponse:
    return JSONResponse({"status": "alive"})


async def _readiness(services: Services) -> JSONResponse:
    failed = [plugin.name for plugin in services.registry.plugins if plugin.error]
    try:
        await services.storage.ping()
    except LevelmarkError as error:
        return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
    return JSONResponse({"status": "ready", "failedPlugins": failed})
