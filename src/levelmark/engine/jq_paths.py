"""The paths in a jq program's text: each name with the path that leads to it from the program's input."""

import re
from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct

from levelmark.engine.jq_tokens import Token, TokenKind, tokens

Path: TypeAlias = tuple[str, ...]

UNKNOWN: Final = "?"
"""The first name of a path of which the text does not tell where it begins."""

_ELEMENT: Final = "[]"
_LONGEST: Final = 8
_NOWHERE: Final[Path] = (UNKNOWN,)
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SAME_INPUT: Final = frozenset([
    "select", "has", "contains", "inside", "test", "match", "startswith", "endswith", "ltrimstr",
    "rtrimstr", "trimstr", "split", "join", "index", "indices", "error", "isempty", "first", "path",
])  # fmt: skip
"""Functions whose argument is applied to what they themselves are applied to."""
_EACH: Final = frozenset(
    ["map", "map_values", "any", "all", "sort_by", "group_by", "unique_by", "min_by", "max_by"]
)
"""Functions whose argument is applied to each element."""
_OPERATORS: Final = frozenset(
    ["and", "or", "then", "elif", "else", "if", "try", "catch", "reduce", "foreach"]
)


def _element(path: Path) -> Path:
    # An element of the entity itself may be its properties.
    return _then(path, _ELEMENT) if path else _NOWHERE


def _then(path: Path, name: str) -> Path:
    # Only the ends of a path tell anything; whole ones would be quadratic in the text.
    return (*path, name) if len(path) < _LONGEST else (*path[: _LONGEST - 2], path[-1], name)


"""Words before parentheses that are no functions."""


class Form(Enum):
    """How a name is written."""

    FIELD = ".name"
    QUOTED = '."name"'
    INDEX = '["name"]'
    KEY = "{name}"


class Name(Struct, frozen=True):
    """A name, its path (itself included), how and where it is written; `continues` what stands before it."""

    text: str
    path: Path
    form: Form
    start: int
    end: int
    continues: bool


class _Kind(Enum):
    """What a stretch of the program between two `|` is, which decides what follows is applied to."""

    EMPTY = "empty"
    PATH = "path"
    SAME = "same"
    OTHER = "other"


class _Group(Struct):
    r"""A pair of brackets, `if … end` or `\\(…)`: what was outside, and what holds again when it closes."""

    opened: str
    dot: Path
    base: Path
    kind: _Kind
    path: Path
    indexes: bool


class Paths:
    """Reads a program once, from left to right, and keeps what `.` is as far as the text tells.

    `names` are the names in paths; `strings` the strings that stand alone and what patterns take apart;
    `whole` tells whether the field `properties` is ever used without a name behind it.

    >>> [name.path for name in Paths(".a | .b[0].c").names]
    [('a',), ('a', 'b'), ('a', 'b', '[]', 'c')]
    """

    def __init__(self, program: str) -> None:
        self.names: list[Name] = []
        self.strings: set[str] = set()
        self.whole = False
        self._program = program
        self._tokens = list(tokens(program))
        defines = any(token.kind is TokenKind.WORD and token.text == "def" for token in self._tokens)
        self._dot: Path = _NOWHERE if defines else ()
        self._base = self._dot
        self._kind = _Kind.EMPTY
        self._path: Path | None = None
        self._groups: list[_Group] = []
        self._pattern = False
        self._read()

    def _read(self) -> None:
        at = 0
        while at < len(self._tokens):
            at += self._step(at) or self._other(at)

    def _text(self, at: int) -> str:
        """The text of a token, nothing where there is none or it is part of a string."""
        if not 0 <= at < len(self._tokens):
            return ""
        token = self._tokens[at]
        return "" if token.kind in {TokenKind.STRING, TokenKind.FRAGMENT} else token.text

    def _string(self, at: int) -> str | None:
        return self._tokens[at].string if at < len(self._tokens) else None

    def _step(self, at: int) -> int:
        """Read a name in a path; return how many tokens it is, 0 where there is none."""
        first = self._tokens[at]
        if first.kind is TokenKind.FIELD:
            return self._name(first.text[1:], Form.FIELD, at, 1)
        if self._text(at) == "." and (quoted := self._string(at + 1)) is not None:
            return self._name(quoted, Form.QUOTED, at, 2)
        if self._text(at) == "[" and self._path is not None and self._text(at + 2) == "]":
            inside = self._string(at + 1)
            return 0 if inside is None else self._name(inside, Form.INDEX, at, 3)
        return 0

    def _name(self, text: str, form: Form, at: int, count: int) -> int:
        before = self._path
        path = _then(self._dot if before is None else before, text)
        span = (self._tokens[at].start, self._tokens[at + count - 1].end)
        self.names.append(Name(text, path, form, *span, before is not None))
        if text == "properties" and not self._followed(at + count):
            self.whole = True
        self._is(_Kind.PATH, goes_on=before is not None)
        self._path = path
        return count

    def _followed(self, at: int) -> bool:
        """Whether the path goes on with a name."""
        if at >= len(self._tokens):
            return False
        at += self._text(at) == "?"
        if at < len(self._tokens) and self._tokens[at].kind is TokenKind.FIELD:
            return True
        if self._text(at) in {".", "["} and self._string(at + 1) is not None:
            return True
        return self._text(at) == "." and self._text(at + 1) == "[" and self._string(at + 2) is not None

    def _is(self, kind: _Kind, *, goes_on: bool = False) -> None:
        kept = self._kind is kind if goes_on else self._kind is _Kind.EMPTY
        self._kind = kind if kept else _Kind.OTHER

    def _other(self, at: int) -> int:
        token, text = self._tokens[at], self._text(at)
        if token.kind in {TokenKind.STRING, TokenKind.FRAGMENT}:
            self._literal(token)
        elif text in {"(", "[", "{", "if"}:
            self._open(at)
        elif text in {")", "]", "}", "end"}:
            self._close()
        elif token.kind is TokenKind.WORD:
            self._word(at)
        elif token.kind is TokenKind.VARIABLE:
            self._variable(token)
        else:
            self._mark(text)
        return 1

    def _literal(self, token: Token) -> None:
        if token.string is not None:
            self.strings.add(token.string)
            self.whole = self.whole or token.string == "properties"
        if token.text.startswith(")"):
            self._close()
        self._is(_Kind.OTHER)
        self._path = _NOWHERE
        if self._program.startswith("\\(", token.end):
            self._enter("\\(", self._dot)

    def _variable(self, token: Token) -> None:
        if self._pattern:
            self.strings.add(token.text.removeprefix("$").strip())
            return
        self._is(_Kind.OTHER)
        self._path = _NOWHERE

    def _word(self, at: int) -> None:
        text = self._text(at)
        if self._pattern:
            self.strings.add(text)
        elif text in {"then", "elif", "else"}:
            self._begin_anew()
        elif text == "as":
            self._pattern = True
        elif self._groups and self._groups[-1].opened == "{" and self._text(at - 1) in {"{", ","}:
            self._key(at)
        else:
            self._is(_Kind.SAME if text == "select" else _Kind.OTHER)
            self._path = None

    def _key(self, at: int) -> None:
        token = self._tokens[at]
        if self._text(at + 1) in {",", "}"}:
            path = _then(self._dot, token.text)
            self.names.append(Name(token.text, path, Form.KEY, token.start, token.end, continues=False))
            self.whole = self.whole or token.text == "properties"

    def _mark(self, text: str) -> None:
        if text == "|":
            self._pipe()
        elif text == ";":
            self._begin_anew()
        elif text == ".":
            if self._path is None:
                self._is(_Kind.PATH)
                self._path = self._dot
        elif text == "..":
            self._is(_Kind.OTHER)
            self._path = _NOWHERE
        elif text != "?":
            self._is(_Kind.OTHER)
            self._path = None
            if text.endswith("=") and text not in {"==", "!=", "<=", ">=", "="}:
                self._dot = _NOWHERE

    def _pipe(self) -> None:
        if self._pattern:
            self._pattern = False
        elif self._kind is not _Kind.SAME:
            known = self._kind is _Kind.PATH and self._path is not None
            self._dot = self._path if known and self._path is not None else _NOWHERE
        self._kind, self._path = _Kind.EMPTY, None

    def _begin_anew(self) -> None:
        self._dot, self._kind, self._path = self._base, _Kind.EMPTY, None

    def _open(self, at: int) -> None:
        text = self._text(at)
        if self._pattern and text != "(":
            self._enter(text, self._dot)
            return
        if text != "(":
            self._enter(text, self._dot, indexes=text == "[" and self._path is not None)
            return
        self._enter(text, self._argument(at))
        self._pattern = False

    def _argument(self, at: int) -> Path:
        """What the content of the parentheses is applied to."""
        before = self._tokens[at - 1] if at else None
        if self._pattern or (before is not None and before.kind is TokenKind.VARIABLE):
            return _NOWHERE  # the second part of `reduce` and `foreach`
        if before is None or before.kind is not TokenKind.WORD or before.text in _OPERATORS:
            return self._dot
        if before.text in _SAME_INPUT:
            return self._dot
        return _element(self._dot) if before.text in _EACH else _NOWHERE

    def _enter(self, opened: str, dot: Path, *, indexes: bool = False) -> None:
        path = _NOWHERE if self._path is None else self._path
        self._groups.append(_Group(opened, self._dot, self._base, self._kind, path, indexes))
        self._dot = self._base = dot
        self._kind, self._path = _Kind.EMPTY, None

    def _close(self) -> None:
        if not self._groups:
            return
        group = self._groups.pop()
        self._dot, self._base, self._kind = group.dot, group.base, group.kind
        if group.indexes:
            self._path = _element(group.path)
            return
        if self._kind is not _Kind.SAME:
            self._is(_Kind.OTHER)
        self._path = _NOWHERE


def is_identifier(name: str) -> bool:
    """Whether the name can be written `.name`."""
    return _IDENTIFIER.fullmatch(name) is not None
