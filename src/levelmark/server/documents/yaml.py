"""YAML as people write it: 1.2 with the core schema, JSON's values only, with the line of every object.

Anchors and aliases work; what they expand to is bounded. Merge keys (`<<`) are of YAML 1.1 and refused.
"""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from levelmark.domain.json import Json
from levelmark.server.documents.core import PREFIX, NotCoreError, plain, tagged
from levelmark.server.documents.table import Table, UnreadableError, check_depth

MAX_ALIASED: Final = 1_000_000
"""Values that the aliases of one document may stand for."""

_LOADER: Final[Any] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_COLLECTIONS: Final = {yaml.MappingStartEvent: f"{PREFIX}map", yaml.SequenceStartEvent: f"{PREFIX}seq"}


def read_yaml(text: str, loader: Any = _LOADER) -> Iterator[Json]:
    """The values of the documents in a text, one after the other; raises UnreadableError.

    >>> list(read_yaml("on: 2026-01-31"))
    [{'on': '2026-01-31'}]
    """
    events = yaml.parse(text, Loader=loader)
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield _Document(events).root()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
        problem = "a tab stands where only spaces may" if tab else str(error.problem or error.context)
        raise UnreadableError(_line(mark) if mark else 0, problem) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(
            line, f"the character #x{_code(error):04x} must be written as an escape"
        ) from error


def _code(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


def _line(mark: Any) -> int:
    return int(mark.line) + 1


class _Document:
    """One document, built from its events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Json, int]] = {}
        self._values = 0
        self._aliased = 0

    def root(self) -> Json:
        return self._value(next(self._events), 1)

    def _value(self, event: Any, depth: int) -> Json:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._values
        self._values += 1
        value = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else self._collection(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._values - before
        return value

    def _alias(self, event: Any) -> Json:
        line = _line(event.start_mark)
        if event.anchor not in self._anchors:
            raise UnreadableError(line, f"there is no anchor `&{event.anchor}` before `*{event.anchor}`")
        value, size = self._anchors[event.anchor]
        self._values += size
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            raise UnreadableError(line, f"aliases stand for more than {MAX_ALIASED:,} values; write them out")
        return value

    def _scalar(self, event: Any) -> Json:
        try:
            if event.tag is not None:
                return tagged(event.tag, event.value)
            return plain(event.value) if event.implicit[0] else event.value
        except NotCoreError as error:
            raise UnreadableError(_line(event.start_mark), str(error)) from None

    def _collection(self, event: Any, depth: int) -> Json:
        line = _line(event.start_mark)
        check_depth(depth, line)
        if event.tag not in (None, "!", _COLLECTIONS[type(event)]):
            raise UnreadableError(line, f"the tag `{event.tag.replace(PREFIX, '!!')}` has no meaning here")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(depth)
        return self._table(line, depth)

    def _list(self, depth: int) -> list[Json]:
        items: list[Json] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, depth + 1))
        return items

    def _table(self, line: int, depth: int) -> Table:
        table = Table(line)
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            table.put(key, self._value(next(self._events), depth + 1), _line(event.start_mark))
        return table

    def _key(self, event: Any) -> str:
        line = _line(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            raise UnreadableError(line, "a key must be a string")
        if event.value == "<<" and event.implicit[0]:
            raise UnreadableError(line, "merge keys (`<<`) are not YAML 1.2; write the fields out")
        key = self._value(event, 0)
        if not isinstance(key, str):
            raise UnreadableError(line, f"the key `{event.value}` is not a string; quote it")
        return key
