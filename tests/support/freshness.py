"""Freshness: whether what a storage holds is what follows from its entities as they are."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

from levelmark.domain.entity import Entity
from levelmark.domain.issue import has_errors
from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.support.scratch import Key, Outcome, Standing, difference

_AT_ONCE: Final = 500


async def load(services: Services, blueprints: Any, scorecards: Any, entities: Any) -> None:
    """Writes documents; fails with the issues of those that are refused."""
    for document in blueprints:
        _accepted((await services.blueprints.upsert(document)).issues)
    for document in scorecards:
        _accepted((await services.scorecards.upsert(document)).issues)
    for first in range(0, len(entities), _AT_ONCE):
        for one in await services.entities.upsert(entities[first : first + _AT_ONCE], Mode.REPLACE):
            _accepted(one.issues)


async def make(services: Services, edit: Any) -> None:
    """Makes one edit of a catalogue."""
    if edit.document is None:
        written = await services.entities.delete(edit.blueprint, [edit.identifier])
    else:
        written = await services.entities.upsert([edit.document], Mode.MERGE)
    _accepted(written[0].issues)


async def stale(storage: Storage, expected: Mapping[Key, Outcome]) -> list[str]:
    """Everything stored that is not as expected, and every entity too many or too few."""
    found = {(one.blueprint, one.identifier): one
             async for blueprint in _each({key[0] for key in expected})
             async for one in _entities(storage, blueprint)}  # fmt: skip
    faults = [f"{key} is there in only one of the two" for key in found.keys() ^ expected.keys()]
    for key, outcome in expected.items():
        faults += [f"{key}: {fault}" for fault in faults_of(outcome, found[key])] if key in found else []
    return faults


async def _each(names: set[str]) -> AsyncIterator[str]:
    for name in sorted(names):
        yield name


async def _entities(storage: Storage, blueprint: str) -> AsyncIterator[Entity]:
    after: str | None = None
    while held := await storage.entities.chunk(blueprint, after, _AT_ONCE):
        for one in held:
            yield one.entity
        after = held[-1].entity.identifier


def faults_of(expected: Outcome, entity: Entity) -> Iterator[str]:
    """Everything about the entity that is not as expected."""
    for name in sorted(expected.derived.keys() | entity.derived.keys()):
        one, other = expected.derived.get(name), entity.derived.get(name)
        if difference(one, other):
            yield f"`{name}` is {other!r} and should be {one!r}"
    standings = {score.scorecard: Standing(score.level, {one.rule: one.result.value for one in score.results})
                 for score in entity.scores}  # fmt: skip
    for card in sorted(expected.standings.keys() | standings.keys()):
        if (there := standings.get(card)) != (right := expected.standings.get(card)):
            yield f"in `{card}`, it stands at {there} and should stand at {right}"


def _accepted(issues: Any) -> None:
    assert not has_errors(issues), issues
