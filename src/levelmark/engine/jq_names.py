"""The property names that a jq program's text refers to: found without running it, and renamed in it.

jq has no schema, so a text cannot always tell what a name is applied to. The rules:

- Where the path from the entity to a name is plain (`.properties.lines`, `.properties | .lines`,
  `.properties.alerts[] | select(.open)`), it decides: a reference is what stands directly in `properties`.
- Where it is not (`$p.lines`, within definitions, behind `reduce`, `..`, or most functions), any name is
  taken for one, but for those of the entity's own fields: these only if `properties` is handed on whole.
- A string that stands alone may be one: `has("lines")`, `.properties[$name]`.
"""

from collections.abc import Collection
from typing import Final

import msgspec

from levelmark.engine.jq_paths import UNKNOWN, Form, Name, Paths, is_identifier

ENTITY_FIELDS: Final = frozenset(
    [
        "identifier",
        "title",
        "team",
        "icon",
        "blueprint",
        "createdAt",
        "updatedAt",
        "createdBy",
        "updatedBy",
        "properties",
        "relations",
    ]
)
"""The fields of an entity as programs see it."""


def names_read(program: str, names: Collection[str]) -> frozenset[str]:
    """Which of the names the program may refer to as properties; in doubt a name is in.

    >>> sorted(names_read(".properties.lines / 10 # not .team_size", {"lines", "team_size"}))
    ['lines']
    """
    paths = Paths(program)
    found = {name.text for name in paths.names if _certain(name) or _possible(name, whole=paths.whole)}
    return frozenset(names) & (found | paths.strings)


def rename_property(program: str, old: str, new: str) -> str:
    """The program with its references to the property `old` made references to `new`; all else stays.

    Strings that stand alone and names in destructuring patterns are left, for they may mean something else.

    >>> rename_property(".properties.lines + 1 # lines", "lines", "code-lines")
    '.properties["code-lines"] + 1 # lines'
    """
    paths = Paths(program)
    renamed = [name for name in paths.names if name.text == old and _renamed(name, whole=paths.whole)]
    return _rewritten(program, renamed, new)


def rename_relation(program: str, old: str, new: str) -> str:
    """The program with its references to the relation `old` made references to `new`; all else stays.

    >>> rename_relation(".relations.owner", "owner", "team")
    '.relations.team'
    """
    names = Paths(program).names
    renamed = [name for name in names if name.text == old and _certain(name, within="relations")]
    return _rewritten(program, renamed, new)


def _rewritten(program: str, names: Collection[Name], new: str) -> str:
    for name in sorted(names, key=lambda name: -name.start):
        program = program[: name.start] + _written(name, new) + program[name.end :]
    return program


def _certain(name: Name, within: str = "properties") -> bool:
    directly = name.path[-2:-1] == (within,)
    return directly and (len(name.path) == 2 or name.path[0] == UNKNOWN)  # noqa: PLR2004 - properties and the name


def _possible(name: Name, *, whole: bool) -> bool:
    if name.path[0] != UNKNOWN or "properties" in name.path[:-2]:
        return False
    if len(name.path) > 2:  # noqa: PLR2004 - the name in something that is itself in the unknown
        return True
    return whole or name.text not in ENTITY_FIELDS


def _renamed(name: Name, *, whole: bool) -> bool:
    if _certain(name):
        return True
    return whole and name.path == (UNKNOWN, name.text) and name.text not in ENTITY_FIELDS


def _written(name: Name, new: str) -> str:
    quoted = msgspec.json.encode(new).decode()
    match name.form:
        case Form.FIELD if is_identifier(new):
            return f".{new}"
        case Form.FIELD:
            return f"[{quoted}]" if name.continues else f".[{quoted}]"
        case Form.QUOTED:
            return f".{quoted}"
        case Form.INDEX:
            return f"[{quoted}]"
        case Form.KEY:
            return f"{msgspec.json.encode(name.text).decode()}: .[{quoted}]"
