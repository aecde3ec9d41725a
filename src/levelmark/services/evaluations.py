"""Background evaluations: begun by edits, done in chunks by any free process, resumed after a crash."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from levelmark.domain.change import Cause, CauseKind
from levelmark.domain.errors import LevelmarkError
from levelmark.domain.evaluation import Evaluation
from levelmark.domain.failure import failure_text
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock, now_text
from levelmark.services.taking import Taking
from levelmark.services.waking import wait_for_news
from levelmark.services.writing import Writing
from levelmark.storage import Storage
from levelmark.storage.neighbours import Reach
from levelmark.storage.rows import Held

log = logging.getLogger(__name__)

_CHUNK: Final = 1_000
_PASSES: Final = 20
_LOOK_SECONDS: Final = 1.0
_HOLD_SECONDS: Final = 3.0


class LostLeaseError(Exception):
    """Another process has taken the evaluation over."""


class EvaluationService:
    """Begins background evaluations, and works at them while `run` is running."""

    def __init__(self, storage: Storage, catalogue: Catalogue, writing: Writing, clock: Clock) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._writing = writing
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._taking: Taking[Evaluation | None] = Taking()

    async def begin(
        self, blueprint: str, cause: CauseKind, *, every: bool = False, reach: Reach | None = None
    ) -> Evaluation:
        """An evaluation of entities of a blueprint: `every` one, those in `reach`, or the outdated."""
        evaluation = await self._storage.evaluations.add(
            blueprint, Cause(cause), now_text(self._clock), every=every, reach=reach
        )
        self._wake.set()
        return evaluation

    async def follow_up(self, before: Mapping[str, Definitions], cause: CauseKind) -> dict[str, Evaluation]:
        """Begins to evaluate those of the blueprints whose definitions mean something else than `before`."""
        self._catalogue.doubt()
        after = await self._catalogue.current(before)
        moved = [name for name, one in after.items() if before[name].stamp != one.stamp]
        return {name: await self.begin(name, cause) for name in moved}

    async def run(self) -> None:
        """Works at what is open until cancelled; what is under way is then free for another process."""
        try:
            await self._work_on()
        finally:
            await self._taking.ended()
            await self._storage.evaluations.give_up(self._owner)

    async def _work_on(self) -> None:
        while True:
            try:
                evaluation = await self._taking.attempt(self._storage.evaluations.take(self._owner))
                if evaluation is None:
                    await wait_for_news(self._wake, _LOOK_SECONDS)
                else:
                    await self._work(evaluation)
            except LevelmarkError as error:
                log.warning("background evaluation waits for the database: %s", error)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _work(self, evaluation: Evaluation) -> None:
        holding = asyncio.create_task(self._hold(evaluation))
        try:
            done = await self._swept(evaluation)
            await self._storage.evaluations.finish(done, self._owner, now_text(self._clock))
        except LostLeaseError:
            log.info("evaluation %s goes on in another process", evaluation.id)
        except LevelmarkError:
            raise
        except Exception as error:
            log.exception("evaluation %s failed", evaluation.id)
            if _reach(evaluation):  # nothing else tells that these are stale: it is tried again
                await asyncio.sleep(_LOOK_SECONDS)
                return
            reason = failure_text(error)
            await self._storage.evaluations.finish(evaluation, self._owner, now_text(self._clock), reason)
        finally:
            holding.cancel()

    async def _hold(self, evaluation: Evaluation) -> None:
        """Keeps the lease while a chunk takes long; one that is lost is noticed when the chunk is done."""
        while True:
            await asyncio.sleep(_HOLD_SECONDS)
            with suppress(LevelmarkError):
                await self._storage.evaluations.hold(evaluation, self._owner)

    async def _swept(self, evaluation: Evaluation) -> Evaluation:
        """The evaluation when nothing is left to do; entities written meanwhile are looked at once more."""
        reach = _reach(evaluation)
        if reach:
            total = await self._storage.neighbours.count(evaluation.blueprint, reach)
            return await self._pass(replace(evaluation, total=max(total, evaluation.total)))
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
        blueprint = definitions.blueprint.identifier
        return bool(await self._storage.entities.outdated(blueprint, definitions.full_stamp, None, 1))

    async def _pass(self, progress: Evaluation) -> Evaluation:
        definitions = await self._catalogue.one(progress.blueprint)
        while definitions is not None and (chunk := await self._chunk(progress, definitions)):
            cause = replace(progress.cause, evaluation=progress.id)
            changed = await self._writing.evaluate_held(chunk, cause)
            progress = replace(
                progress,
                evaluated=progress.evaluated + len(chunk),
                changed=progress.changed + changed,
                position=chunk[-1].entity.identifier,
            )
            if not await self._storage.evaluations.renew(progress, self._owner):
                raise LostLeaseError
            definitions = await self._catalogue.one(progress.blueprint)
        return progress

    async def _chunk(self, progress: Evaluation, definitions: Definitions) -> list[Held]:
        store, reach = self._storage.entities, _reach(progress)
        if reach:
            return await self._storage.neighbours.reached(
                progress.blueprint, reach, progress.position, _CHUNK
            )
        if progress.every:
            return await store.chunk(progress.blueprint, progress.position, _CHUNK)
        return await store.outdated(progress.blueprint, definitions.full_stamp, progress.position, _CHUNK)


def _reach(evaluation: Evaluation) -> Reach:
    return Reach(set(evaluation.identifiers), set(evaluation.links))
