"""The route of badges: `GET /badges/<blueprint>/<entity>/<scorecard>.svg`.

The parts are identifiers, percent-encoded. What does not exist has a badge as well, with the status 404, so
that a page that shows it is not broken. Any page may show a badge: it is a picture, not data of a script.
"""

from hashlib import blake2b
from typing import Final
from urllib.parse import unquote_to_bytes

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from levelmark.domain.scorecard import Scorecard
from levelmark.server.badges.colors import GREY, HEX
from levelmark.server.badges.drawing import draw
from levelmark.server.routing import answered
from levelmark.services import Services

FRESH_SECONDS: Final = 60
"""How long a badge may be shown without asking again."""

_PREFIX: Final = "/badges/"
_HEADERS: Final = {
    "Cache-Control": f"public, max-age={FRESH_SECONDS}",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_PARTS: Final = 3


class _Named(Struct, frozen=True):
    """What a badge is asked for, by the names in its path."""

    blueprint: str
    entity: str
    scorecard: str


class _Badge(Struct, frozen=True):
    """What a badge says, and whether what it was asked for exists."""

    label: str
    message: str
    color: str = GREY
    found: bool = True


def badge_route(services: Services) -> Route:
    """The route over these services."""

    async def badge(request: Request) -> Response:
        named = _named(request)
        found = await _badge(named, services) if named else _Badge("", "not found", found=False)
        label = request.query_params.get("label", found.label)
        return _response(draw(label, found.message, found.color), request, found=found.found)

    return Route(f"{_PREFIX}{{path:path}}", answered(badge))


def _named(request: Request) -> _Named | None:
    """The names in the path as it was sent: only there, a slash inside a name differs from one between."""
    path: bytes = request.scope["raw_path"]
    _, _, rest = path.partition(_PREFIX.encode())
    parts = rest.split(b"/")
    if len(parts) != _PARTS or not parts[-1].endswith(b".svg"):
        return None
    try:
        blueprint, entity, scorecard = (unquote_to_bytes(part).decode() for part in parts)
    except UnicodeDecodeError:
        return None
    return _Named(blueprint, entity, scorecard.removesuffix(".svg"))


async def _badge(named: _Named, services: Services) -> _Badge:
    naming = await services.naming.current()
    key = naming.blueprints.key(named.blueprint)
    stored = await services.storage.definitions.scorecard.get(named.scorecard)
    if stored is None or stored.value.blueprint != key:
        return _Badge(named.scorecard, "not found", found=False)
    card = stored.value
    entity = (await services.entities.get([(key, named.entity)])).get((key, named.entity))
    if entity is None:
        return _Badge(card.title, "not found", found=False)
    score = entity.score(card.identifier)
    if score is None:
        return _Badge(card.title, "not scored")
    return _Badge(card.title, naming.levels_of(card.identifier).name(score.level), _color(card, score.level))


def _color(card: Scorecard, title: str) -> str:
    level = card.level(title)
    return HEX.get(level.color, GREY) if level else GREY


def _response(picture: str, request: Request, *, found: bool) -> Response:
    body = picture.encode()
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**_HEADERS, "ETag": tag}
    if found and _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200 if found else 404, headers, "image/svg+xml")


def _has(request: Request, tag: str) -> bool:
    held = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(one.strip().removeprefix("W/") in ("*", tag) for one in held)
