"""Formats: what a text may be declared to be, beyond being a string, and what makes it one.

JSON Schema's own are checked by the validator; the field's own stand here. `markdown` and `proto` promise
nothing that a text could break. `labeled-url` is the only one of objects: see `subschemas.expanded`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from levelmark.domain.instant import instant
from levelmark.domain.issue import Issue, Path, nearest
from levelmark.domain.json import Json

MAX_YAML: Final = 250_000
"""Characters of a text of format `yaml`, at most."""

MAX_YAML_DEPTH: Final = 100
"""How deep a text of format `yaml` may nest."""

NOUNS: Final[Mapping[str, str]] = {
    "date-time": "a date and time with its zone, as in 2026-01-31T12:00:00Z",
    "date": "a date, as in 2026-01-31",
    "time": "a time with its zone, as in 12:00:00Z",
    "duration": "a duration, as in P3DT12H",
    "timer": "the instant at which it ends, as in 2026-01-31T12:00:00Z",
    "email": "an e-mail address",
    "idn-email": "an e-mail address",
    "hostname": "a host name",
    "idn-hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "url": "a URL with its scheme, as in https://example.com",
    "uri": "a URI with its scheme, as in https://example.com",
    "uri-reference": "a URI or a part of one, as in /docs",
    "iri": "an IRI with its scheme, as in https://example.com",
    "iri-reference": "an IRI or a part of one, as in /docs",
    "uri-template": "a URI template, as in https://example.com/{name}",
    "uuid": "a UUID",
    "regex": "a regular expression",
    "json-pointer": "a JSON pointer, as in /a/0",
    "relative-json-pointer": "a relative JSON pointer, as in 1/a",
    "user": "a user's name or e-mail address",
    "team": "a team's name",
    "blueprints": "a blueprint's identifier",
    "yaml": "YAML",
    "markdown": "Markdown",
    "proto": "a Protobuf definition",
    "labeled-url": "an object with a `url` and perhaps a `displayText`",
}
"""Every format that is known, and what a text of it is."""

_NAME: Final = re.compile(r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?")
_LONGEST_NAME: Final = 256
_YAML_LOADER: Final[Any] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_COLLECTION_STARTS: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_COLLECTION_ENDS: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def format_issues(name: Json, path: Path) -> Iterator[Issue]:
    """That a format is not known, so that nothing is checked."""
    if isinstance(name, str) and name not in NOUNS:
        message = f"`{name[:100]}` is not a format that is known here, so values of it are not checked"
        yield Issue.warning(path, "UNKNOWN_FORMAT", message, nearest(name, NOUNS))


def yaml_fault(text: str) -> str | None:
    """Why a text is not YAML, with the line; None where it is.

    No value is ever built and no alias expanded, so that what a text stands for costs nothing.

    >>> yaml_fault("a: [1, 2]"), yaml_fault("a: *b")
    (None, 'line 1: the anchor `b` is not there')
    """
    if len(text) > MAX_YAML:
        return f"it has {len(text):,} characters, and {MAX_YAML:,} are the most"
    try:
        return _event_fault(yaml.parse(text, Loader=_YAML_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        return f"line {line}: {error.problem or error.context}"
    except yaml.YAMLError:
        return "it has a character that must be written as an escape"


def _event_fault(events: Iterable[Any]) -> str | None:
    depth, anchors = 0, set[str]()
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                return f"{_place(event)}: the anchor `{event.anchor}` is not there"
            continue
        anchors.add(getattr(event, "anchor", None) or "")
        depth += isinstance(event, _COLLECTION_STARTS) - isinstance(event, _COLLECTION_ENDS)
        if depth > MAX_YAML_DEPTH:
            return f"{_place(event)}: it nests deeper than {MAX_YAML_DEPTH}"
    return None


def _place(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and not any(map(str.isspace, text))


def _is_date_time(text: str) -> bool:
    return instant(text) is not None and len(text) > len("2026-01-01")


def _is_date(text: str) -> bool:
    return instant(text) is not None and len(text) == len("2026-01-01")


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    # The ordering operators read these as instants, so what is accepted is exactly what they can read.
    "date-time": _is_date_time,
    "timer": _is_date_time,
    "date": _is_date,
    "url": _is_url,
    "user": _is_name,
    "team": _is_name,
    "blueprints": _is_name,
    "yaml": lambda text: yaml_fault(text) is None,
}
"""The formats that are checked here, in place of or besides the validator's own."""
