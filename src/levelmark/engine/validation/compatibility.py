"""Compatibility: what the new version of a blueprint takes from those who rely on the old one."""

from collections.abc import Collection, Iterator

from msgspec import Struct

from levelmark.domain.blueprint import Blueprint, Relation
from levelmark.domain.issue import Issue
from levelmark.engine.jq_names import names_read
from levelmark.engine.validation.narrowing import narrows
from levelmark.engine.validation.wording import listed


class Differences(Struct, frozen=True):
    """What is otherwise in a new version, as far as it can break anything; additions are not among it.

    `properties` and `relations` are gone, with the values that entities have of them; `retargeted` relations
    point at another blueprint. `unread` are all names that can no longer be read, `retyped` those whose
    values are of other types. Where it `narrows`, values that the old version took may be refused.
    """

    properties: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    retargeted: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    retyped: frozenset[str] = frozenset()
    narrows: bool = False

    @property
    def touch_entities(self) -> bool:
        """Whether stored entities may lose values, or may be invalid."""
        return self.narrows or bool(self.properties or self.relations or self.retargeted)

    @property
    def touch_readers(self) -> bool:
        """Whether what is derived from the blueprint's properties may lose what it reads."""
        return self.narrows or bool(self.unread or self.retyped or self.retargeted)


def differences(before: Blueprint, after: Blueprint) -> Differences:
    """What the version `after` takes away or narrows."""
    readable = {*after.names, *after.relations}
    common = before.relations.keys() & after.relations.keys()
    return Differences(
        properties=tuple(name for name in before.schema.properties if name not in after.schema.properties),
        relations=tuple(name for name in before.relations if name not in after.relations),
        retargeted=tuple(
            name for name, relation in before.relations.items()
            if name in common and after.relations[name].target != relation.target
        ),
        unread=frozenset({*before.names, *before.relations} - readable),
        retyped=frozenset(name for name in before.names if name in after.names
                          and _kind(before, name) != _kind(after, name)),
        narrows=_properties_narrow(before, after) or _relations_narrow(before, after),
    )  # fmt: skip


def calculation_issues(after: Blueprint, unread: Collection[str]) -> Iterator[Issue]:
    """The blueprint's own calculations that read what is no longer there."""
    for name, calculation in after.calculation_properties.items():
        lost = names_read(calculation["calculation"], unread)
        if lost:
            message = f"reads {listed(sorted(lost))}, which the blueprint will not have any more"
            yield Issue.error(("calculationProperties", name, "calculation"), "BREAKS_BLUEPRINT", message)


def _kind(blueprint: Blueprint, name: str) -> object:
    return blueprint.types(name), blueprint.is_instant(name)


def _properties_narrow(before: Blueprint, after: Blueprint) -> bool:
    old, new = before.schema.properties, after.schema.properties
    if not set(after.schema.required or ()) <= set(before.schema.required or ()):
        return True
    return any(name in old and narrows(old[name], schema) for name, schema in new.items())


def _relations_narrow(before: Blueprint, after: Blueprint) -> bool:
    return any(_relation_narrows(before.relations.get(name), one) for name, one in after.relations.items())


def _relation_narrows(before: Relation | None, after: Relation) -> bool:
    if before is None:
        return bool(after.required)
    return bool(after.required) > bool(before.required) or bool(after.many) != bool(before.many)
