"""Rows: how entities, their scores and what they owe the log stand in the database."""

from collections.abc import Iterable, Mapping
from typing import Any

from bson import ObjectId
from msgspec import Struct, convert, to_builtins

from levelmark.domain.change import Standing, Transition
from levelmark.domain.entity import Entity
from levelmark.domain.score import RuleResult, Score
from levelmark.engine.derived.ripple import Ripple
from levelmark.storage.keys import escape, unescape


class Held(Struct, frozen=True):
    """An entity as stored: `stamp` names the definitions it was evaluated by, `outbox` what the log lacks.

    `due` is when its values or results can next be others by time alone, in microseconds since 1970 in UTC.
    `standing` is the state that it is in.
    """

    entity: Entity
    stamp: str
    outbox: tuple[Transition, ...] = ()
    due: int | None = None
    standing: Standing | None = None


def entity_fields(one: Held) -> dict[str, Any]:
    """The fields of an entity's row that a write sets."""
    standing = one.standing
    return {
        **state_fields(one.entity),
        "links": [link(name, target) for name in one.entity.relations for target in one.entity.targets(name)],
        "stamp": one.stamp,
        "due": one.due,
        "standing": standing and {"version": standing.version, "at": standing.at},
    }


def state_fields(entity: Entity) -> dict[str, Any]:
    """The fields of a row that readers see: the state of the entity."""
    return {
        "blueprint": entity.blueprint,
        "identifier": entity.identifier,
        "title": entity.title,
        "sortTitle": (entity.title or entity.identifier).casefold(),
        "icon": entity.icon,
        "team": entity.sent_team,
        "teams": list(entity.teams),
        "properties": escape(entity.properties),
        "relations": escape(entity.relations),
        "derived": escape(entity.derived),
        "reasons": escape(entity.reasons),
        "createdAt": entity.created_at,
        "updatedAt": entity.updated_at,
        "createdBy": entity.created_by,
        "updatedBy": entity.updated_by,
        "scores": scores_field(entity.scores),
        "version": entity.version,
    }


def of_keys(keys: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A condition on rows: they have one of these blueprints and identifiers, of which there are some."""
    wanted: dict[str, set[str]] = {}
    for blueprint, name in keys:
        wanted.setdefault(blueprint, set()).add(name)
    return {"$or": [{"blueprint": one, "identifier": {"$in": list(names)}} for one, names in wanted.items()]}


def link(relation: str, target: str) -> str:
    """How it stands in an entity's row that it points at `target`: one text, so that one index finds it.

    No name has the separator in it: identifiers hold no control characters.
    """
    return f"{relation}\x1f{target}"


def unlinked(text: str) -> tuple[str, str]:
    """The relation and the target of a link.

    >>> unlinked(link("owner", "api"))
    ('owner', 'api')
    """
    relation, _, target = text.partition("\x1f")
    return relation, target


def scores_field(scores: tuple[Score, ...]) -> list[dict[str, Any]]:
    """Scores as they stand in an entity's row."""
    return [
        {
            "scorecard": score.scorecard,
            "level": score.level,
            "since": score.since,
            "results": [_result_field(result) for result in score.results],
        }
        for score in scores
    ]


def _result_field(result: RuleResult) -> dict[str, Any]:
    field: dict[str, Any] = {"rule": result.rule, "result": result.result.value, "since": result.since}
    if result.reason is not None:
        field["reason"] = result.reason
    if result.kept is not None:
        field["kept"] = result.kept.value
    return field


def held(row: Mapping[str, Any]) -> Held:
    """The entity of a row; one that is no row of `entities` has no stamp, and `uid` where that is no key."""
    team = row["team"]
    entity = Entity(
        blueprint=row["blueprint"],
        identifier=row["identifier"],
        title=row["title"],
        icon=row["icon"],
        team=tuple(team) if isinstance(team, list) else team,
        properties=unescape(row["properties"]),
        relations=unescape(row["relations"]),
        derived=unescape(row["derived"]),
        reasons=unescape(row["reasons"]),
        created_at=row["createdAt"],
        updated_at=row["updatedAt"],
        created_by=row["createdBy"],
        updated_by=row["updatedBy"],
        scores=convert(row["scores"], tuple[Score, ...]),
        version=row["version"],
        uid=str(row.get("uid", row["_id"])),
    )
    due, standing = row.get("due"), row.get("standing")
    return Held(
        entity,
        row.get("stamp", ""),
        outbox(row),
        None if due is None else int(due),
        Standing(standing["version"], standing["at"]) if standing else None,
    )


def outbox(row: Mapping[str, Any]) -> tuple[Transition, ...]:
    """What a row still owes the log, oldest first."""
    return tuple(convert(unescape(owed["transition"]), Transition) for owed in row.get("outbox", ()))


def outbox_field(transition: Transition) -> dict[str, Any]:
    """A transition as it stands in an outbox."""
    return {"id": transition.id, "transition": escape(to_builtins(transition))}


def ripple_field(ripple: Ripple) -> dict[str, Any]:
    """A ripple as it stands in a row."""
    return {"id": ripple.id, "ripple": escape(to_builtins(ripple))}


def ripples(row: Mapping[str, Any]) -> tuple[Ripple, ...]:
    """The ripples of a row that have not been seen to, oldest first."""
    return tuple(convert(unescape(owed["ripple"]), Ripple) for owed in row.get("ripples", ()))


def uid(entity: Entity) -> ObjectId:
    """The entity's identity as the database's key."""
    return ObjectId(entity.uid)
