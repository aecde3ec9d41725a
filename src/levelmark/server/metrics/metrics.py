"""The route of metrics: `GET /metrics`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from levelmark.server.metrics.exposition import Exposition
from levelmark.server.metrics.families import families
from levelmark.server.metrics.family import Family
from levelmark.server.metrics.taking import Shared
from levelmark.server.routing import OWN_HEADERS, guarded
from levelmark.server.settings import Settings
from levelmark.services import Services


def metrics_route(services: Services, settings: Settings) -> Route:
    """The route over these services, within the settings' bounds."""

    async def take() -> list[Family]:
        figures = await services.figures.figures()
        return [*families(figures, await services.naming.current(), settings.metrics_series)]

    shared = Shared(take, settings.metrics_seconds)

    async def metrics(request: Request) -> Response:
        form = Exposition.of(",".join(request.headers.getlist("accept")))
        headers = {**OWN_HEADERS, "Cache-Control": "no-store", "Vary": "Accept", "Content-Type": form.value}
        return Response(form.write(await shared.get()), headers=headers)

    return Route("/metrics", guarded(metrics))
