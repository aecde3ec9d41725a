"""Traversal: from an entity along its relations, or against those of others, in pages."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from levelmark.domain.entity import Entity
from levelmark.domain.errors import NotFoundError
from levelmark.domain.nearest import nearest
from levelmark.graphql import cursors
from levelmark.graphql.context import Context
from levelmark.services.listing import Ask
from levelmark.services.relations import relations_to
from levelmark.storage.pages import Selection
from levelmark.storage.relations import Pointing
from levelmark.storage.rows import link
from levelmark.storage.sources import as_of
from levelmark.storage.values import relation_field

_WIDER = 4


class Reached(Struct, frozen=True):
    """A page of entities with their cursors by identifier, and whether more stand behind it."""

    entities: list[Entity]
    cursors: dict[str, str]
    more: bool


async def along(
    entity: Entity, name: str, after: str | None, size: int, context: Context, at: datetime | None = None
) -> Reached:
    """What an entity points at by the relation of that name, in the order of its list, each once.

    What does not exist is left out. Raises NotFoundError where its blueprint has no such relation.
    """
    relation, target = await _target(entity, name, context)
    names = list(dict.fromkeys(entity.targets(relation)))
    listed = f"related {relation} of {entity.blueprint}/{entity.identifier}"
    place, width = _place(names, cursors.behind(after, listed, 2)), size + 1
    found: list[Entity] = []
    while place < len(names) and len(found) <= size:  # goes on only where some do not exist
        window = names[place : place + width]
        context.allowance.take(min(len(window), size) if width == size + 1 else len(window))
        loaded = await context.loaders.entities([(target, name) for name in window], at)
        found += [one for one in loaded if one is not None]
        place, width = place + width, width * _WIDER
    positions = {name: str(position) for position, name in enumerate(names)}
    shown = found[:size]
    places = {
        one.identifier: cursors.place(listed, one.identifier, positions[one.identifier]) for one in shown
    }
    return Reached(shown, places, more=len(found) > size)


async def missing(entity: Entity, name: str, context: Context, at: datetime | None = None) -> list[str]:
    """The identifiers that it points at by the relation of that name and nothing has, in its order.

    Raises NotFoundError where its blueprint has no such relation.
    """
    relation, target = await _target(entity, name, context)
    names = list(dict.fromkeys(entity.targets(relation)))
    context.allowance.take(len(names))
    keys = [(target, name) for name in names]
    if at is None:
        exist = await context.loaders.exists.load_many(keys)
    else:
        exist = [one is not None for one in await context.loaders.entities(keys, at)]
    return [name for name, there in zip(names, exist, strict=True) if not there]


async def against(
    entity: Entity,
    blueprint: str,
    relation: str | None,
    after: str | None,
    size: int,
    context: Context,
    at: datetime | None = None,
) -> Reached:
    """Who of a blueprint points at an entity, by one relation or any that leads to it, by identifier.

    Raises NotFoundError where there is no such blueprint, or it has no such relation to the entity's.
    """
    naming = await context.naming()
    relations = await _leading(entity, blueprint, relation, context)
    blueprint = naming.blueprints.key(blueprint)
    which = relation and naming.properties_of(blueprint).key(relation)
    listed = f"relatedBy {blueprint} {which or ''} of {entity.blueprint}/{entity.identifier}"
    behind = cursors.behind(after, listed, 1)
    if not relations:
        return Reached([], {}, more=False)
    if at is not None:
        return await _then(entity, blueprint, relations, behind, size, context, at, listed)
    links = tuple(link(name, entity.identifier) for name in relations)
    ask = Pointing(blueprint, links, size + 1, behind[0] if behind else None)
    names = await context.loaders.pointing.load(ask)
    shown = names[:size]
    context.allowance.take(len(shown))
    loaded = await context.loaders.entity.load_many([(blueprint, name) for name in shown])
    places = {name: cursors.place(listed, name) for name in shown}
    return Reached([one for one in loaded if one is not None], places, more=len(names) > size)


async def _then(
    entity: Entity,
    blueprint: str,
    relations: Iterable[str],
    behind: tuple[str, ...] | None,
    size: int,
    context: Context,
    at: datetime,
    listed: str,
) -> Reached:
    """Who pointed at an entity at an instant: no index tells, so all of the blueprint are looked at."""
    pointing = {"$or": [{relation_field(name): entity.identifier} for name in relations]}
    selection = Selection(blueprint, prefilter=pointing, source=as_of(at))
    ask = Ask(after=behind and (behind[0], behind[0]), limit=size + 1)
    found = [one.entity for one in await context.services.entities.page(selection, None, ask)]
    context.allowance.take(len(found[:size]))
    places = {one.identifier: cursors.place(listed, one.identifier) for one in found[:size]}
    return Reached(found[:size], places, more=len(found) > size)


def _place(names: list[str], behind: tuple[str, ...] | None) -> int:
    """Where to go on; an identifier that has left the list left its place to the next."""
    if behind is None:
        return 0
    identifier, position = behind
    return names.index(identifier) + 1 if identifier in names else cursors.number(position)


async def _target(entity: Entity, name: str, context: Context) -> tuple[str, str]:
    """The key of the relation of that name, and the blueprint that it leads to."""
    naming = await context.naming()
    names, relations = naming.properties_of(entity.blueprint), {}
    if stored := await context.loaders.blueprint.load(entity.blueprint):
        relations = stored.value.relations
    relation = names.key(name)
    if relation not in relations:
        owner = naming.blueprints.name(entity.blueprint)
        raise _unknown(f"blueprint `{owner}` has no relation", name, names.named(relations))
    return relation, relations[relation].target


async def _leading(entity: Entity, blueprint: str, name: str | None, context: Context) -> tuple[str, ...]:
    """The keys of the relations of the blueprint of that name that lead to the entity's; or the one named."""
    naming = await context.naming()
    key = naming.blueprints.key(blueprint)
    stored = await context.loaders.blueprint.load(key)
    if stored is None:
        known = await context.loaders.blueprint_names.load(None)
        raise _unknown("there is no blueprint", blueprint, known)
    leading = relations_to(stored.value, entity.blueprint)
    if name is None:
        return leading
    names = naming.properties_of(key)
    if names.key(name) not in leading:
        owner = naming.blueprints.name(entity.blueprint)
        to = f"blueprint `{blueprint}` has no relation to `{owner}` that is named"
        raise _unknown(to, name, map(names.name, leading))
    return (names.key(name),)


def _unknown(what: str, name: str, known: Iterable[str]) -> NotFoundError:
    meant = nearest(name, known)
    return NotFoundError(f"{what} `{name}`" + (f" (did you mean `{meant}`?)" if meant else ""))
