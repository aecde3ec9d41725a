"""A ripple: what one write of an entity means for others that read it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.entity import Entity
from levelmark.domain.json import identical
from levelmark.engine.derived.reads import Reader
from levelmark.engine.subject import meta_value

EVERYTHING = None
"""What has changed of an entity that came or went."""


class Ripple(Struct, frozen=True):
    """A write of an entity whose consequences have not been seen to.

    `names` are the properties and relations that have other values now, None where the entity came or went.
    `targets` are, of relations that others are reached by, what it pointed at before and after.
    With `looked`, its own values were made from other entities, which may have changed meanwhile.
    `id` is that of the write.
    """

    id: str
    uid: str
    blueprint: str
    entity: str
    names: frozenset[str] | None
    targets: dict[str, tuple[str, ...]]
    looked: bool = False

    def touches(self, reader: Reader) -> bool:
        """Whether the reader may see a difference."""
        return _may_see(reader, self.names)


def ripple(
    before: Entity | None, after: Entity | None, readers: Iterable[Reader], *, looked: bool
) -> Ripple | None:
    """What the write from `before` to `after` means for the readers of the blueprint; None for nothing."""
    entity = after or before
    assert entity is not None  # noqa: S101 - something was written
    names = EVERYTHING if before is None or after is None else frozenset(_changed(before, after))
    concerned = [one for one in readers if _may_see(one, names)]
    if not concerned and not looked:
        return None
    relations = {one.chain[-1].relation for one in concerned if not one.chain[-1].forward}
    targets = {name: _targets(name, before, after) for name in sorted(relations)}
    version = after.version if after else entity.version + 1
    identity = f"{entity.uid}.{version}"
    return Ripple(identity, entity.uid, entity.blueprint, entity.identifier, names, targets, looked)


def _may_see(reader: Reader, names: frozenset[str] | None) -> bool:
    return names is EVERYTHING or not reader.names.isdisjoint(names)


def _targets(relation: str, *entities: Entity | None) -> tuple[str, ...]:
    found = [target for one in entities if one is not None for target in one.targets(relation)]
    return tuple(dict.fromkeys(found))


def _changed(before: Entity, after: Entity) -> Iterator[str]:
    for name in META_PROPERTIES:
        if meta_value(before, name) != meta_value(after, name):
            yield name
    for field in ("properties", "relations", "derived"):
        old, new = getattr(before, field), getattr(after, field)
        if old is not new:
            yield from (name for name in {*old, *new} if not identical(old.get(name), new.get(name)))
