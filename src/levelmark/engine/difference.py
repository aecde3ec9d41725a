"""The difference: what an entity has other than before, with the values that it left."""

from collections.abc import Iterable, Mapping
from typing import Final

from levelmark.domain.change import Difference
from levelmark.domain.entity import Entity
from levelmark.domain.json import Json, identical

MAX_TAG: Final = 256
"""Characters of a text that can be a tag, at most."""

MAX_TAGS: Final = 20
"""Members of a list of tags, at most."""


def difference(before: Entity | None, after: Entity) -> Difference:
    """What is other in `after`; nothing where there was no entity before.

    >>> then = Entity("service", "api", team="pay", properties={"tier": 1, "stars": 7})
    >>> now = Entity("service", "api", team="pay", properties={"tier": 2, "stars": 7})
    >>> difference(then, now)
    Difference(names=('tier',), teams=None, properties={'tier': 1}, derived={}, relations={})
    """
    if before is None:
        return Difference()
    own = {"$title": before.title != after.title, "$icon": before.icon != after.icon,
           "$team": before.teams != after.teams}  # fmt: skip
    properties = _other(before.properties, after.properties)
    derived = _other(before.derived, after.derived)
    relations = _other(before.relations, after.relations)
    names = [name for name, other in own.items() if other]
    return Difference(
        (*names, *properties, *derived, *relations),
        before.teams if own["$team"] else None,
        _tags(before.properties, properties),
        _tags(before.derived, derived),
        _tags(before.relations, relations),
    )


def _other(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[str]:
    if before is after:
        return []
    kept = [name for name, value in before.items() if name not in after or not identical(value, after[name])]
    return kept + [name for name in after if name not in before]


def _tags(values: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    return {name: values[name] for name in names if name in values and is_tag(values[name])}


def is_tag(value: Json) -> bool:
    """Whether a value can be a tag, by which entities are told apart: short, and no object.

    >>> is_tag("gold"), is_tag(["a", "b"]), is_tag({"a": 1}), is_tag(300 * "x")
    (True, True, False, False)
    """
    if isinstance(value, list):
        return len(value) <= MAX_TAGS and all(not isinstance(one, list) and is_tag(one) for one in value)
    return not isinstance(value, dict) and not (isinstance(value, str) and len(value) > MAX_TAG)
