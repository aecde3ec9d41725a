"""The media type of an answer, chosen from the `Accept` header by RFC 9110's rules.

The highest quality wins, then what the client names first, then plain JSON. An event stream is answered only
where `text/event-stream` itself is named: clients that take anything cannot read one.
"""

import re
from enum import Enum
from typing import Final, NamedTuple


class Media(Enum):
    """What the endpoint can answer."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"
    EVENTS = "text/event-stream"

    @property
    def content_type(self) -> str:
        """The value of the `Content-Type` header."""
        return f"{self.value}; charset=utf-8"


class _Range(NamedTuple):
    quality: float
    position: int


_QUALITY: Final = re.compile(r";\s*q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?)\s*(?:;|$)", re.IGNORECASE)
_WILDCARDS: Final = {
    Media.JSON: ("application/*", "*/*"),
    Media.GRAPHQL: ("application/*", "*/*"),
    Media.EVENTS: (),
}


def negotiate(accept: str | None) -> Media | None:
    """The media type to answer with, or `None` where nothing that we have is acceptable.

    >>> negotiate("application/json;q=0.5, application/graphql-response+json")
    <Media.GRAPHQL: 'application/graphql-response+json'>
    """
    if not accept or not accept.strip():
        return Media.JSON
    ranges = _ranges(accept)
    offers = [(media, found) for media in Media if (found := _match(media, ranges)) is not None]
    acceptable = [(media, found) for media, found in offers if found.quality > 0]
    if not acceptable:
        return None
    return min(acceptable, key=lambda offer: (-offer[1].quality, offer[1].position))[0]


def _ranges(accept: str) -> dict[str, _Range]:
    ranges: dict[str, _Range] = {}
    for position, part in enumerate(accept.split(",")):
        name = part.partition(";")[0].strip().lower()
        quality = _QUALITY.search(part)
        ranges.setdefault(name, _Range(float(quality[1]) if quality else 1.0, position))
    return ranges


def _match(media: Media, ranges: dict[str, _Range]) -> _Range | None:
    names = (media.value, *_WILDCARDS[media])
    return next((ranges[name] for name in names if name in ranges), None)
