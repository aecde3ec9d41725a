"""Consistency: what must be true of a storage once nobody writes, whatever has crashed before.

`assert_consistent` waits until nothing is left to do and then looks at every row. It trusts no code of the
storage but for reading an entity out of its row, and evaluates every entity anew. What is derived from other
entities it compares with what an oracle makes of all of them, where there is one.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.change import Change, ChangeKind
from levelmark.domain.documents import to_document
from levelmark.domain.entity import Entity
from levelmark.domain.operator import Operator
from levelmark.domain.score import Score
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.storage import Storage
from levelmark.storage.rows import Held, entity_fields, held
from tests.support.freshness import faults_of
from tests.support.history import history_faults
from tests.support.scratch import Key, Outcome
from tests.support.scratch.values import Document

Chain: TypeAlias = tuple[str, str, str, str | None]
"""What has a story: a blueprint, an entity of it, a scorecard, and a rule or None for the level."""

Oracle: TypeAlias = Callable[[list[Document], list[Document], list[Document]], Mapping[Key, Outcome]]
"""Tells what follows for each entity from all blueprints, scorecards and entities."""

_WITHIN: Final = 60.0
_LOOK_SECONDS: Final = 0.1
_SHOWN: Final = 10


class Entry(Struct, frozen=True):
    """A change with the write that it tells of: the entity's life and its version after the write."""

    change: Change
    uid: str
    version: int

    @property
    def chain(self) -> Chain:
        """The story that the change is a step of."""
        return self.change.blueprint, self.change.entity, self.change.scorecard, self.change.rule


async def assert_consistent(
    storage: Storage,
    operators: Mapping[str, Operator],
    within: float = _WITHIN,
    *,
    oracle: Oracle | None = None,
) -> list[Change]:
    """Waits for quiet, fails with everything that is wrong, and gives back the whole log."""
    catalogue = Catalogue(storage, operators)
    await _quiet(storage, catalogue, within)
    entries = await _log(storage)
    rows = await storage.database["entities"].find({}).to_list(None)
    definitions = await catalogue.current({row["blueprint"] for row in rows})
    faults = [*_log_faults(entries), *_story_faults(entries), *_score_faults(rows, entries, definitions)]
    faults += await history_faults(storage, rows)
    if oracle is not None:
        faults += await derived_faults(storage, oracle)
    assert not faults, f"{len(faults)} faults, such as:\n" + "\n".join(faults[:_SHOWN])
    return [entry.change for entry in entries]


async def _quiet(storage: Storage, catalogue: Catalogue, within: float) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while left := [one async for one in _left(storage, catalogue)]:
        assert asyncio.get_running_loop().time() < deadline, f"still left after {within:.0f} s: {left}"
        await asyncio.sleep(_LOOK_SECONDS)


async def _left(storage: Storage, catalogue: Catalogue) -> Any:
    """What a crash or a running process has left to do."""
    database = storage.database
    blueprints = {one.value.identifier for one in await storage.definitions.blueprints()}
    for name, condition in (
        ("evaluations", {"state": {"$in": ["PENDING", "RUNNING"]}}),
        ("entities", {"outbox": {"$ne": []}}),
        ("entities", {"ripples": {"$ne": []}}),
        ("entities", {"blueprint": None}),
        ("entities", {"blueprint": {"$nin": [None, *blueprints]}}),
        ("scorecards", {"blueprint": {"$nin": list(blueprints)}}),
    ):
        if count := await database[name].count_documents(condition):
            yield f"{count} of {name} with {condition}"
    for name, one in (await catalogue.current(blueprints)).items():
        stale = {"blueprint": name, "stamp": {"$ne": one.full_stamp}}
        if count := await database["entities"].count_documents(stale):
            yield f"{count} entities of {name} with another stamp"


async def _log(storage: Storage) -> list[Entry]:
    rows = await storage.database["changes"].find({}, {"key": 1}).sort("_id").to_list(None)
    changes = await storage.log.read(0, len(rows) + 1)
    assert [row["_id"] for row in rows] == [change.number for change in changes]
    return [_entry(change, row["key"]) for change, row in zip(changes, rows, strict=True)]


def _entry(change: Change, key: str) -> Entry:
    uid, version, _ = key.split(".")
    return Entry(change, uid, int(version))


def _log_faults(entries: list[Entry]) -> Iterator[str]:
    """Numbers are 1, 2, 3 …; nothing is told twice."""
    for place, entry in enumerate(entries, start=1):
        if entry.change.number != place:
            yield f"the change at place {place} is numbered {entry.change.number}"
            return
    told: set[tuple[str, int, str, str | None]] = set()
    for entry in entries:
        key = (entry.uid, entry.version, entry.change.scorecard, entry.change.rule)
        if key in told:
            yield f"told twice: {entry}"
        told.add(key)


def _story_faults(entries: list[Entry]) -> Iterator[str]:
    """Each step goes on where the one before ended, life after life; in a life, time never runs backwards."""
    for chain, steps in _grouped(entries, lambda entry: entry.chain).items():
        if steps[0].change.before is not None:
            yield f"{chain} begins with {steps[0]}"
        yield from (f"{chain} breaks: {a} then {b}" for a, b in pairwise(steps)
                    if a.change.after != b.change.before)  # fmt: skip
        yield from (f"{chain} does not move: {one}" for one in steps
                    if one.change.before == one.change.after)  # fmt: skip
    for entity, steps in _grouped(entries, lambda entry: entry.chain[:2]).items():
        lives = [uid for place, uid in enumerate(one.uid for one in steps)
                 if place == 0 or steps[place - 1].uid != uid]  # fmt: skip
        if len(lives) != len(set(lives)):
            yield f"{entity}: the lives {lives} are told mixed"
        yield from (f"{entity} runs backwards: {a} then {b}" for a, b in pairwise(steps)
                    if a.uid == b.uid and (a.change.at, a.version) > (b.change.at, b.version))  # fmt: skip


def _grouped(entries: Iterable[Entry], key: Any) -> dict[Any, list[Entry]]:
    groups: dict[Any, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return groups


def _score_faults(
    rows: list[dict[str, Any]], entries: list[Entry], definitions: dict[str, Definitions]
) -> Iterator[str]:
    """The rows are whole; the scores are what the story ended with and what an evaluation anew gives."""
    stories = {entry.chain: entry.change for entry in entries}
    ends = {chain: (change.after, change.at) for chain, change in stories.items() if change.after is not None}
    for row in rows:
        one = held(row)
        for chain, standing in _standings(one):
            if (told := ends.pop(chain, None)) != standing:
                yield f"{chain} stands at {standing} and the log ends with {told}"
        yield from _row_faults(row, one)
        yield from _evaluation_faults(one, definitions[one.entity.blueprint])
    yield from (f"{chain} is told to be {end}, and there is no such score" for chain, end in ends.items())


def _standings(one: Held) -> Iterator[tuple[Chain, tuple[str, str]]]:
    for score in one.entity.scores:
        place = (one.entity.blueprint, one.entity.identifier, score.scorecard)
        yield (*place, None), (score.level, score.since)
        for result in score.results:
            yield (*place, result.rule), (result.result.value, result.since)


def _row_faults(row: Mapping[str, Any], one: Held) -> Iterator[str]:
    fields = entity_fields(one)
    yield from (f"the field {name} of {one.entity.identifier} is {row[name]!r}, not {value!r}"
                for name, value in fields.items() if row[name] != value)  # fmt: skip


def _evaluation_faults(one: Held, definitions: Definitions) -> Iterator[str]:
    bare = replace(one.entity, scores=())
    fresh = [compiled.evaluate(bare, None, "").score for compiled in definitions.compiled]
    expected = [_timeless(score) for score in fresh if score is not None]
    actual = [_timeless(score) for score in one.entity.scores]
    if actual != expected:
        yield f"{one.entity.identifier} has the scores {actual}, which should be {expected}"


async def derived_faults(storage: Storage, oracle: Oracle) -> list[str]:
    """Every entity whose derived values, results or levels do not follow from all entities as they stand."""
    rows = await storage.database["entities"].find({"blueprint": {"$ne": None}}).to_list(None)
    entities = {(row["blueprint"], row["identifier"]): held(row).entity for row in rows}
    expected = oracle(
        [to_document(one.value) for one in await storage.definitions.blueprints()],
        [to_document(one.value) for one in await storage.definitions.scorecards()],
        [_as_sent(one) for one in entities.values()],
    )
    return [f"{key}: {fault}" for key, one in entities.items() for fault in faults_of(expected[key], one)]


def _as_sent(entity: Entity) -> Document:
    return {
        "identifier": entity.identifier,
        "blueprint": entity.blueprint,
        "title": entity.title,
        "icon": entity.icon,
        "team": list(entity.team) if isinstance(entity.team, tuple) else entity.team,
        "properties": entity.properties,
        "relations": entity.relations,
        "createdAt": entity.created_at,
        "updatedAt": entity.updated_at,
        "createdBy": entity.created_by,
        "updatedBy": entity.updated_by,
    }


def _timeless(score: Score) -> Any:
    return score.scorecard, score.level, [(one.rule, one.result, one.reason) for one in score.results]


def levels(changes: Iterable[Change]) -> list[Change]:
    """The changes of levels among these."""
    return [change for change in changes if change.kind is ChangeKind.LEVEL]
