"""JSON as people write it: RFC 8259 and nothing beyond it, with the line of every object and fault.

The standard library's reader keeps no lines, and takes NaN and repeated keys, so this one is our own.
"""

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from levelmark.domain.json import Json
from levelmark.server.documents.table import Table, UnreadableError, check_depth

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_TOKEN: Final = re.compile(
    r"""
        (?P<string>"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")
      | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<word>(?:true|false|null)\b)
      | (?P<mark>[\[\]{}:,])
      | (?P<end>\Z)
    """,
    re.VERBOSE,
)
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}
_SHOWN: Final = 20


def read_json(text: str) -> Json:
    """The value of a text, its objects as tables; raises UnreadableError.

    >>> read_json('{"stars": [1, 1.0]}')
    {'stars': [1, 1.0]}
    """
    return _Reader(text).whole()


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


class _Reader:
    """Descends into a text; `_next` is the token that was looked at, and not yet taken."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)

    def whole(self) -> Json:
        """The one value of the text."""
        value = self._value(1)
        if self._next.kind != "end":
            raise _unexpected(self._next, "the end")
        return value

    def _take(self) -> _Token:
        token, self._next = self._next, next(self._tokens)
        return token

    def _value(self, depth: int) -> Json:
        token = self._take()
        match token.kind, token.text:
            case "string", _:
                return _string(token)
            case "number", _:
                return _number(token)
            case "word", word:
                return _WORDS[word]
            case "mark", "{":
                return self._object(token.line, depth)
            case "mark", "[":
                return self._list(token.line, depth)
        raise _unexpected(token, "a value")

    def _object(self, line: int, depth: int) -> Table:
        check_depth(depth, line)
        table = Table(line)
        while not self._ends("}", first=not table):
            key = self._take()
            if key.kind != "string":
                raise _unexpected(key, "a key in double quotes")
            colon = self._take()
            if colon.text != ":":
                raise _unexpected(colon, "`:`")
            table.put(_string(key), self._value(depth + 1), key.line)
        return table

    def _list(self, line: int, depth: int) -> list[Json]:
        check_depth(depth, line)
        items: list[Json] = []
        while not self._ends("]", first=not items):
            items.append(self._value(depth + 1))
        return items

    def _ends(self, mark: str, *, first: bool) -> bool:
        if first and self._next.text != mark:
            return False
        token = self._take()
        if token.text not in (mark, ","):
            raise _unexpected(token, f"`,` or `{mark}`")
        return token.text == mark


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens of a text, then its end for ever."""
    line = 1
    counted = position = 0
    while True:
        space = _SPACE.match(text, position)
        start = space.end() if space else position
        line += text.count("\n", counted, start)
        counted = start
        token = _TOKEN.match(text, start)
        if token is None:
            shown = text[start : start + _SHOWN].partition("\n")[0]
            raise UnreadableError(line, f"`{shown}` is not JSON")
        yield _Token(token.lastgroup or "", token[0], line)
        position = token.end()


def _string(token: _Token) -> str:
    if "\\" not in token.text:
        return token.text[1:-1]
    try:
        return str(json.loads(token.text))
    except ValueError:
        raise UnreadableError(token.line, f"{token.text[:_SHOWN]} has an escape that JSON lacks") from None


def _number(token: _Token) -> float:
    try:
        return int(token.text)
    except ValueError:  # it has a fraction or an exponent, or thousands of digits
        return float(token.text)


def _unexpected(token: _Token, wanted: str) -> UnreadableError:
    found = "the end of the text" if token.kind == "end" else f"`{token.text[:_SHOWN]}`"
    return UnreadableError(token.line, f"expected {wanted}, found {found}")
