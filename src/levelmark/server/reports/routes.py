"""The routes of reports: `GET /reports/results`, `/reports/rollup` and `/reports/trend`."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from levelmark.domain.errors import InvalidInputError
from levelmark.graphql.protocol.schema import ProtocolSchema
from levelmark.server.reports.parameters import Arguments
from levelmark.server.reports.results import results
from levelmark.server.reports.rollup import rollup
from levelmark.server.reports.streaming import streamed
from levelmark.server.reports.table import Table
from levelmark.server.reports.trend import trend
from levelmark.server.reports.writing import Form, written
from levelmark.server.routing import OWN_HEADERS, guarded
from levelmark.services import Services

_PAGING: Final = ("first", "after")
_FORMAT: Final = "format"
_PROPERTY: Final = "property"

Read: TypeAlias = Callable[[dict[str, list[str]]], Awaitable[Table]]
"""Makes a report of the values of its parameters."""


def report_routes(services: Services, schema: ProtocolSchema) -> list[Route]:
    """The routes over these services, with the parameters of the schema's fields."""
    of_results = Arguments(schema, "ruleResults", without=_PAGING)
    of_rollup = Arguments(schema, "rollup", without=_PAGING)
    of_trend = Arguments(schema, "trend")

    async def read_results(pairs: dict[str, list[str]]) -> Table:
        properties = pairs.get(_PROPERTY, [])
        return await results(services, of_results.read(pairs, also=(_FORMAT, _PROPERTY)), properties)

    async def read_rollup(pairs: dict[str, list[str]]) -> Table:
        return await rollup(services, of_rollup.read(pairs, also=(_FORMAT,)))

    async def read_trend(pairs: dict[str, list[str]]) -> Table:
        return await trend(services, of_trend.read(pairs, also=(_FORMAT,)))

    routes = {"results": read_results, "rollup": read_rollup, "trend": read_trend}
    return [_route(name, read) for name, read in routes.items()]


def _route(name: str, read: Read) -> Route:
    async def report(request: Request) -> Response:
        form = _form(request.query_params)
        pairs = {key: request.query_params.getlist(key) for key in request.query_params}
        table = await read(pairs)
        headers = {
            **OWN_HEADERS,
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}.{form.value}"',
            "Content-Type": form.media_type,
        }
        return await streamed(request, written(table, form), headers)

    return Route(f"/reports/{name}", guarded(report))


def _form(params: QueryParams) -> Form:
    name: Any = params.get(_FORMAT, Form.CSV.value)
    if name not in [*Form]:
        told = " or ".join(f"`{one}`" for one in Form)
        raise InvalidInputError(f"`format` is {told}, not `{name:.40}`")
    return Form(name)
