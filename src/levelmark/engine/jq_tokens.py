"""The tokens of a jq program's text: enough of jq's lexical rules to tell names from strings and comments."""

import json
import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from msgspec import Struct


class TokenKind(Enum):
    """What a token is."""

    FIELD = "field"
    """`.name`."""
    WORD = "word"
    """A name or keyword."""
    VARIABLE = "variable"
    """`$name`."""
    STRING = "string"
    """A string without interpolation, quotes included."""
    FRAGMENT = "fragment"
    """A piece of a string with interpolation."""
    OTHER = "other"
    """A number, format or punctuation mark."""


class Token(Struct, frozen=True):
    """One token and where in the program's text it begins and ends."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def string(self) -> str | None:
        """The value of a string; None of all else, and of a string that JSON would not read."""
        if self.kind is not TokenKind.STRING:
            return None
        try:
            return str(json.loads(self.text, strict=False))
        except ValueError:
            return None


_NAME: Final = "[A-Za-z_][A-Za-z0-9_]*"
# A comment goes on where its line ends with an odd number of backslashes.
_COMMENT: Final = r"\#(?:[^\\\n\r]|\\[\\\n]|\\\r\n|\\|\r(?!\n))*"
_TOKEN: Final = re.compile(
    rf"""
      (?P<skipped> \s+ | {_COMMENT} )
    | (?P<field> \.{_NAME} )
    | (?P<variable> \$\s*(?:{_NAME}::)*{_NAME} )
    | (?P<other> @[A-Za-z0-9_]+ | (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<word> (?:{_NAME}::)*{_NAME} )
    | (?P<quote> " )
    | (?P<mark> \.\. | \?// | [|+*/%\-]= | //=? | [=!<>]= | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING: Final = re.compile(r'(?:[^"\\]++|\\[^(])*+', re.DOTALL)
_KINDS: Final = {"field": TokenKind.FIELD, "variable": TokenKind.VARIABLE, "word": TokenKind.WORD}


def tokens(program: str) -> Iterator[Token]:
    r"""The program's tokens without spaces and comments; those within `\(…)` of a string too.

    Never fails: of a text that is no program it makes what it can.

    >>> [token.text for token in tokens('.a | "b\\(.c)" # .d')]
    ['.a', '|', '"b', '.c', ')"']
    """
    open_strings: list[int] = []  # for each string being interpolated, how many parentheses are open in it
    at = 0
    while at < len(program):
        found = _TOKEN.match(program, at)
        assert found is not None, "the last alternative takes any character"  # noqa: S101 - tells mypy
        kind, text = found.lastgroup, found.group()
        if kind == "quote" or (text == ")" and open_strings and open_strings[-1] == 0):
            if text == ")":
                open_strings.pop()
            token = _string(program, at)
            if program.startswith("\\(", token.end):
                open_strings.append(0)
            yield token
            at = token.end + (2 if program.startswith("\\(", token.end) else 0)
            continue
        if open_strings and text in {"(", ")"}:
            open_strings[-1] += 1 if text == "(" else -1
        at = found.end()
        if kind != "skipped":
            yield Token(_KINDS.get(kind or "", TokenKind.OTHER), text, found.start(), at)


def _string(program: str, start: int) -> Token:
    """The string, or piece of one, that begins after the quote or parenthesis at `start`."""
    found = _STRING.match(program, start + 1)
    end = found.end() if found else start + 1
    closed = program.startswith('"', end)
    whole = closed and program[start] == '"'
    end += closed
    return Token(TokenKind.STRING if whole else TokenKind.FRAGMENT, program[start:end], start, end)
