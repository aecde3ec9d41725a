"""Writing entities: read, evaluate, compare-and-set, look again.

What another writer was faster with is done again on top of it. After the write, the versions of the
definitions and the entities around are looked at once more: where one has moved meanwhile, the entity is
evaluated again. An editor raises the version first and sweeps the entities afterwards, and whoever writes an
entity looks for its readers afterwards, so one of the two sees the other.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.change import Cause, CauseKind
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.engine.derived.ripple import Ripple, ripple
from levelmark.services.candidates import Candidates, Work, last_answer
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.counting import Counting
from levelmark.services.delivery import Delivery
from levelmark.services.drafts import (
    Draft,
    Mode,
    contended,
    evaluation_of,
    sent_alike,
)
from levelmark.services.evaluating import Evaluated, Evaluator
from levelmark.services.outcome import Outcome, Written
from levelmark.services.reaching import Reaching
from levelmark.services.rippling import Rippling
from levelmark.storage import Storage
from levelmark.storage.entities import EntityWrite
from levelmark.storage.history import State
from levelmark.storage.rows import Held

__all__ = ["Draft", "Mode", "Writing"]

_ATTEMPTS: Final = 50


class Aftermath(Struct, frozen=True):
    """Who takes over what a write leaves to be done: changes, ripples, counts."""

    delivery: Delivery
    rippling: Rippling
    counting: Counting


class Writing:
    """Writes entities with their scores, so that a crash leaves all of a write or nothing."""

    def __init__(
        self, storage: Storage, catalogue: Catalogue, evaluator: Evaluator, aftermath: Aftermath
    ) -> None:
        self._store = storage.entities
        self._ripples = storage.ripples
        self._catalogue = catalogue
        self._evaluator = evaluator
        self._delivery = aftermath.delivery
        self._rippling = aftermath.rippling
        self._counting = aftermath.counting
        self._reaching = Reaching(storage.neighbours)
        self._candidates = Candidates(storage, catalogue)

    async def evaluate(
        self, keys: Sequence[tuple[str, str]], naming: Naming = UNNAMED
    ) -> list[Written[Entity]]:
        """Evaluates stored entities again; one that does not exist gets an issue."""
        drafts = [Draft(EntityInput(*key), None, naming=naming) for key in keys]
        return await self.write(drafts, CauseKind.REQUESTED)

    async def evaluate_held(self, held: Sequence[Held], cause: Cause) -> int:
        """Evaluates entities as they are stored; how many of them have moved."""
        drafts = dict(enumerate(map(evaluation_of, held)))
        answers = await self._write(Work(drafts, dict(enumerate(held))), cause)
        return sum(one.outcome is Outcome.UPDATED for one in answers)

    async def write(self, drafts: Sequence[Draft], cause: CauseKind) -> list[Written[Entity]]:
        """Writes all drafts that are sound; the answers stand in the drafts' order. No two share a key."""
        return await self._write(Work(dict(enumerate(drafts)), {}), Cause(cause))

    async def _write(self, work: Work, cause: Cause) -> list[Written[Entity]]:
        count = len(work.drafts)
        answers: dict[int, Written[Entity]] = {}
        try:
            for attempt in range(_ATTEMPTS):
                if not work.drafts:
                    await self._rippling.release(work.unsure)
                    break
                await _pause(attempt)
                work = await self._attempt(work, answers, cause)
        finally:
            self._rippling.leave(work.unsure)
        for place in work.drafts:
            answers.setdefault(place, Written(Outcome.INVALID, None, (contended(),)))
        return [answers[place] for place in range(count)]

    async def _attempt(self, work: Work, answers: dict[int, Written[Entity]], cause: Cause) -> Work:
        """One round: fills `answers`, and gives back what must be done again."""
        batches: list[Evaluated] = []
        for definitions, candidates in await self._candidates.of(work, answers):
            batch = await self._evaluator.evaluate(definitions, candidates, cause)
            batches.append(batch)
            key = definitions.blueprint.identifier, cause.kind
            self._counting.count(key, len(candidates), len(batch.writes))
            for place in candidates.keys() - batch.writes.keys():
                held = candidates[place].held
                stands = Written(Outcome.UNCHANGED, held.entity if held else None, work.drafts[place].issues)
                answers[place] = last_answer(stands, answers.get(place))
        lost, stale, unsure = await self._land(batches, work)
        for batch in batches:
            for place in batch.writes.keys() - lost:
                answers[place] = _answer(work.drafts[place], batch.writes[place], answers.get(place))
        # What is written is only evaluated again: others may have overwritten or deleted it since.
        again = {place: replace(work.drafts[place], mode=None) for place in stale - lost}
        waiting = {place: work.drafts[place] for place in lost} | again
        return Work(waiting, {}, work.unsure | unsure)

    async def _land(
        self, batches: Sequence[Evaluated], work: Work
    ) -> tuple[set[int], set[int], frozenset[str]]:
        """Commits what was evaluated.

        The places that others were faster with, those that are stale, and the ripples of these that are held.
        """
        writes = {place: write for batch in batches for place, write in batch.writes.items()}
        places = list(writes)
        await self._delivery.keep_owed([write.before for write in writes.values() if write.before])
        lost = {places[index] for index in await self._store.commit(list(writes.values()))}
        for batch in batches:
            await self._store.restamp(batch.restamped.values(), batch.definitions.full_stamp)
        won = {place: write for place, write in writes.items() if place not in lost}
        current, _, stale = await asyncio.gather(
            self._catalogue.current({batch.definitions.blueprint.identifier for batch in batches}),
            self._delivery.deliver(
                [owed for write in won.values() for owed in write.owed],
                [State(write.transition, write.after) for write in won.values() if write.transition],
            ),
            self._disturbed(batches),
        )
        for batch in batches:
            now = current.get(batch.definitions.blueprint.identifier)
            if now is None or now.stamp != batch.definitions.stamp:
                stale |= batch.writes.keys()
        ripples = {place: one for batch in batches for place, one in _ripples(batch, current).items()
                   if place not in lost}  # fmt: skip
        await self._ripples.owe([one for place, one in ripples.items() if one != won[place].ripple])
        unsure = [one for place, one in ripples.items() if place in stale]
        self._rippling.begin([one for place, one in ripples.items() if place not in stale], held=False)
        self._rippling.begin(unsure, held=True)
        stale |= await self._among_themselves(list(ripples.values()), work)
        return lost, stale - lost, frozenset(one.id for one in unsure)

    async def _disturbed(self, batches: Sequence[Evaluated]) -> set[int]:
        found = await asyncio.gather(*(self._evaluator.disturbed(batch) for batch in batches))
        return {place for places in found for place in places}

    async def _among_themselves(self, ripples: Sequence[Ripple], work: Work) -> set[int]:
        """The places of drafts that the ripples of others among them reach."""
        model = self._catalogue.seen
        blueprints = {draft.input.blueprint for draft in work.drafts.values()}
        if len(work.drafts) == 1 or not any(
            reader.blueprint in blueprints and ripple.touches(reader)
            for ripple in ripples
            for reader in model.readers.get(ripple.blueprint, ())
        ):
            return set()
        reached = await self._reaching.of(model, ripples)
        keys = {place: draft.key for place, draft in work.drafts.items()}
        return await self._reaching.among(reached, keys)


def _ripples(batch: Evaluated, current: Mapping[str, Definitions]) -> dict[int, Ripple]:
    """What the writes mean for others, by those who read these entities now."""
    now = current.get(batch.definitions.blueprint.identifier)
    found: dict[int, Ripple | None] = {place: write.ripple for place, write in batch.writes.items()}
    if now is not None and now.readers != batch.definitions.readers:
        found = {
            place: ripple(_entity(write.before), write.after, now.readers, looked=False)
            for place, write in batch.writes.items()
        }
    return {place: one for place, one in found.items() if one is not None}


def _entity(held: Held | None) -> Entity | None:
    return held.entity if held else None


def _answer(draft: Draft, write: EntityWrite, earlier: Written[Entity] | None) -> Written[Entity]:
    if earlier is not None:
        return replace(earlier, value=write.after)
    if write.before is None:
        return Written(Outcome.CREATED, write.after, draft.issues)
    before = write.before.entity
    same = sent_alike(before, write.after) and before.scores is write.after.scores
    same = same and before.derived is write.after.derived
    return Written(Outcome.UNCHANGED if same else Outcome.UPDATED, write.after, draft.issues)


async def _pause(attempt: int) -> None:
    if attempt > 2:  # noqa: PLR2004 - the first conflicts resolve themselves; then writers must spread out
        await asyncio.sleep(secrets.randbelow(2 ** min(attempt, 7)) / 1_000)
