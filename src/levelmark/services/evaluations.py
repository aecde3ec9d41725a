"""Background evaluations: begun by edits, done in chunks by any free process, resumed after a crash."""

import asyncio
import logging
import secrets
from typing import Final

from msgspec.structs import replace

from levelmark.domain.change import Cause, CauseKind, Transition
from levelmark.domain.errors import LevelmarkError
from levelmark.domain.evaluation import Evaluation
from levelmark.domain.failure import failure_text
from levelmark.engine.assess import assess
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock, not_before, now_text
from levelmark.services.delivery import Delivery
from levelmark.services.waking import wait_for_news
from levelmark.storage import Storage
from levelmark.storage.entities import EntityWrite
from levelmark.storage.rows import Held

log = logging.getLogger(__name__)

_CHUNK: Final = 1_000
_PASSES: Final = 20
_LOOK_SECONDS: Final = 1.0


class LostLeaseError(Exception):
    """Another process has taken the evaluation over."""


class EvaluationService:
    """Begins background evaluations, and works at them while `run` is running."""

    def __init__(self, storage: Storage, catalogue: Catalogue, delivery: Delivery, clock: Clock) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._delivery = delivery
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._taking: asyncio.Task[Evaluation | None] | None = None

    async def begin(self, blueprint: str, cause: CauseKind, *, every: bool = False) -> Evaluation:
        """An evaluation of a blueprint's entities: of `every` one, or of those that are out of date."""
        self._catalogue.doubt(blueprint)
        evaluation = await self._storage.evaluations.add(
            blueprint, Cause(cause), now_text(self._clock), every=every
        )
        self._wake.set()
        return evaluation

    async def run(self) -> None:
        """Works at what is open until cancelled; what is under way is then free for another process."""
        try:
            await self._work_on()
        finally:
            if self._taking is not None:  # it may be about to take one
                await asyncio.gather(self._taking, return_exceptions=True)
            await self._storage.evaluations.give_up(self._owner)

    async def _work_on(self) -> None:
        while True:
            try:
                self._taking = asyncio.create_task(self._storage.evaluations.take(self._owner))
                evaluation = await asyncio.shield(self._taking)
                if evaluation is None:
                    await wait_for_news(self._wake, _LOOK_SECONDS)
                else:
                    await self._work(evaluation)
            except LevelmarkError as error:
                log.warning("background evaluation waits for the database: %s", error)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _work(self, evaluation: Evaluation) -> None:
        try:
            done = await self._swept(evaluation)
            await self._storage.evaluations.finish(done, self._owner, now_text(self._clock))
        except LostLeaseError:
            log.info("evaluation %s goes on in another process", evaluation.id)
        except LevelmarkError:
            raise
        except Exception as error:
            log.exception("evaluation %s failed", evaluation.id)
            reason = failure_text(error)
            await self._storage.evaluations.finish(evaluation, self._owner, now_text(self._clock), reason)

    async def _swept(self, evaluation: Evaluation) -> Evaluation:
        """The evaluation when nothing is left to do; entities written meanwhile are looked at once more."""
        total = await self._storage.entities.count(evaluation.blueprint)
        progress = replace(evaluation, total=max(total, evaluation.total))
        for _ in range(_PASSES):
            progress = await self._pass(progress)
            definitions = await self._catalogue.one(evaluation.blueprint)
            if definitions is None or not await self._behind(definitions):
                break
            progress = replace(progress, position=None, every=False)
        return progress

    async def _behind(self, definitions: Definitions) -> bool:
        blueprint = definitions.blueprint.value.identifier
        return bool(await self._storage.entities.outdated(blueprint, definitions.full_stamp, None, 1))

    async def _pass(self, progress: Evaluation) -> Evaluation:
        definitions = await self._catalogue.one(progress.blueprint)
        while definitions is not None and (chunk := await self._chunk(progress, definitions)):
            # None are older than those that any entity of the chunk was evaluated by.
            definitions = await self._catalogue.one(progress.blueprint)
            if definitions is None:
                break
            changed = await self.evaluate_chunk(
                chunk, definitions, replace(progress.cause, evaluation=progress.id)
            )
            progress = replace(
                progress,
                evaluated=progress.evaluated + len(chunk),
                changed=progress.changed + changed,
                position=chunk[-1].entity.identifier,
            )
            if not await self._storage.evaluations.renew(progress, self._owner):
                raise LostLeaseError
        return progress

    async def _chunk(self, progress: Evaluation, definitions: Definitions) -> list[Held]:
        store = self._storage.entities
        if progress.every:
            return await store.chunk(progress.blueprint, progress.position, _CHUNK)
        return await store.outdated(progress.blueprint, definitions.full_stamp, progress.position, _CHUNK)

    async def evaluate_chunk(self, chunk: list[Held], definitions: Definitions, cause: Cause) -> int:
        """Evaluates stored entities and writes what moved; how many entities moved.

        Those that others write meanwhile are left alone: their writer evaluates them.
        """
        now = now_text(self._clock)
        same: list[Held] = []
        writes: list[EntityWrite] = []
        for held in chunk:
            write = _rewrite(held, definitions, cause, now)
            if write is not None:
                writes.append(write)
            elif held.stamp != definitions.full_stamp:
                same.append(held)
        lost = await self._storage.entities.commit(writes)
        won = [write for place, write in enumerate(writes) if place not in lost]
        await self._storage.entities.restamp(same, definitions.full_stamp)
        await self._delivery.deliver([owed for write in won for owed in write.owed])
        return len(won)


def _rewrite(held: Held, definitions: Definitions, cause: Cause, now: str) -> EntityWrite | None:
    entity = held.entity
    assessment = assess(definitions.compiled, entity, now)
    if assessment.scores is entity.scores:
        return None
    if (at := not_before(entity, now)) != now:
        assessment = assess(definitions.compiled, entity, at)
    after = replace(entity, scores=assessment.scores, version=entity.version + 1)
    moves = assessment.moves
    transition = Transition(
        after.uid, after.version, after.blueprint, after.identifier, after.teams, cause, at, moves
    )
    return EntityWrite(held, after, definitions.full_stamp, transition if moves else None)
