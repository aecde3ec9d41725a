"""Writing entities: read, evaluate, compare-and-set, look again.

What another writer was faster with is done again on top of it. After the write, the versions of the
definitions are looked at once more: where one has moved meanwhile, the entity is evaluated again. An editor
raises the version first and sweeps the entities afterwards, so one of the two sees the other.
"""

import asyncio
import secrets
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import UNSET, Struct, json
from msgspec.structs import replace

from levelmark.domain.change import Cause, CauseKind, Transition
from levelmark.domain.entity import MAX_BYTES, Entity, EntityInput
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.json import identical
from levelmark.engine.assess import assess
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock, not_before, now_text
from levelmark.services.delivery import Delivery
from levelmark.services.outcome import Outcome, Written
from levelmark.storage import Storage
from levelmark.storage.entities import EntityWrite
from levelmark.storage.rows import Held

_ATTEMPTS: Final = 50


class Mode(StrEnum):
    """What becomes of what was not sent: gone in a replace, kept in a merge."""

    REPLACE = "REPLACE"
    MERGE = "MERGE"


class Draft(Struct, frozen=True):
    """An entity to be written, with the `issues` of its document; without `mode`, only evaluated again."""

    input: EntityInput
    mode: Mode | None
    issues: tuple[Issue, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What the entity is known by."""
        return self.input.blueprint, self.input.identifier


class Writing:
    """Writes entities with their scores, so that a crash leaves all of a write or nothing."""

    def __init__(self, storage: Storage, catalogue: Catalogue, delivery: Delivery, clock: Clock) -> None:
        self._store = storage.entities
        self._new_uid = storage.new_uid
        self._catalogue = catalogue
        self._delivery = delivery
        self._clock = clock

    async def evaluate(self, keys: Sequence[tuple[str, str]]) -> list[Written[Entity]]:
        """Evaluates stored entities again; one that does not exist gets an issue."""
        drafts = [Draft(EntityInput(blueprint, identifier), None) for blueprint, identifier in keys]
        return await self.write(drafts, CauseKind.REQUESTED)

    async def write(self, drafts: Sequence[Draft], cause: CauseKind) -> list[Written[Entity]]:
        """Writes all drafts that are sound; the answers stand in the drafts' order. No two share a key."""
        answers: dict[int, Written[Entity]] = {}
        waiting = dict(enumerate(drafts))
        for attempt in range(_ATTEMPTS):
            if not waiting:
                break
            await _pause(attempt)
            waiting = await self._attempt(waiting, answers, Cause(cause))
        for place in waiting:
            answers.setdefault(place, Written(Outcome.INVALID, None, (_contended(),)))
        return [answers[place] for place in range(len(drafts))]

    async def _attempt(
        self, drafts: dict[int, Draft], answers: dict[int, Written[Entity]], cause: Cause
    ) -> dict[int, Draft]:
        """One round: fills `answers`, and gives back the drafts that must be done again."""
        writes: dict[int, EntityWrite] = {}
        for place, step in (await self._steps(drafts, cause)).items():
            if isinstance(step, EntityWrite):
                writes[place] = step
            else:
                answers[place] = _last_answer(step, answers.get(place))
        moved = await self._commit(writes)
        for place in writes.keys() - moved.lost:
            answers[place] = _answer(drafts[place], writes[place], answers.get(place))
        # What is written is only evaluated again: others may have overwritten or deleted it since.
        stale = {place: replace(drafts[place], mode=None) for place in moved.stale}
        return {place: drafts[place] for place in moved.lost} | stale

    async def _steps(self, drafts: dict[int, Draft], cause: Cause) -> dict[int, "_Step"]:
        """What is to be done for each draft.

        The definitions that this process has seen last are good enough where the entity carries their stamp;
        those in force are looked up for all others, and before anything is refused.
        """
        stored = await self._store.get(draft.key for draft in drafts.values())
        known = self._catalogue.known({draft.input.blueprint for draft in drafts.values()})
        steps: dict[int, _Step] = {}
        for place, draft in drafts.items():
            held, definitions = stored.get(draft.key), known.get(draft.input.blueprint)
            if draft.mode is None or held is None or definitions is None:
                continue
            if held.stamp == definitions.full_stamp:
                steps[place] = self._plan(draft, definitions, held, cause)
        rest = {place: draft for place, draft in drafts.items() if _is_open(steps.get(place))}
        current = await self._catalogue.current({draft.input.blueprint for draft in rest.values()})
        for place, draft in rest.items():
            steps[place] = self._plan(draft, current.get(draft.input.blueprint), stored.get(draft.key), cause)
        return steps

    async def _commit(self, writes: dict[int, EntityWrite]) -> "_Moved":
        if not writes:
            return _Moved(set(), set())
        places = list(writes)
        lost = {places[index] for index in await self._store.commit(list(writes.values()))}
        won = {place: write for place, write in writes.items() if place not in lost}
        in_force, _ = await asyncio.gather(
            self._catalogue.stamps({write.after.blueprint for write in won.values()}),
            self._delivery.deliver([owed for write in won.values() for owed in write.owed]),
        )
        stale = {
            place for place, write in won.items()
            if write.stamp.partition("!")[0] != in_force.get(write.after.blueprint)
        }  # fmt: skip
        return _Moved(lost, stale)

    def _plan(
        self, draft: Draft, definitions: Definitions | None, held: Held | None, cause: Cause
    ) -> "_Step":
        if definitions is None:
            return Written(Outcome.INVALID, None, (_unknown_blueprint(draft),))
        if draft.mode is None and held is None:
            return Written(Outcome.INVALID, None, (_unknown_entity(draft),))
        entity = _applied(draft, held.entity if held else None)
        wrong = definitions.checker.issues(entity, draft.input)
        issues = (*draft.issues, *wrong, *_size_issues(entity))
        if has_errors(issues) and draft.mode is not None:
            return Written(Outcome.INVALID, None, issues)
        same = held is not None and _same(held.entity, entity)
        if held is not None and same and held.stamp == definitions.full_stamp and draft.mode is not None:
            return Written(Outcome.UNCHANGED, held.entity, issues)
        return self._evaluated(entity, held, definitions, cause, same=same)

    def _evaluated(
        self, entity: Entity, held: Held | None, definitions: Definitions, cause: Cause, *, same: bool
    ) -> "_Step":
        now = now_text(self._clock)
        if held is not None:
            now = not_before(held.entity, now)
        timed = entity if same else replace(entity, updated_at=now, created_at=entity.created_at or now)
        assessment = assess(definitions.compiled, timed, now)
        unmoved = held is not None and assessment.scores is held.entity.scores
        if held is not None and same and unmoved and held.stamp == definitions.full_stamp:
            return Written(Outcome.UNCHANGED, held.entity)
        after = replace(
            timed,
            scores=assessment.scores,
            version=entity.version + 1,
            uid=entity.uid or self._new_uid(),
        )
        moves = assessment.moves
        transition = Transition(
            after.uid, after.version, after.blueprint, after.identifier, after.teams, cause, now, moves
        )
        return EntityWrite(held, after, definitions.full_stamp, transition if moves else None)


_Step: TypeAlias = EntityWrite | Written[Entity]
"""A write to be tried, or an answer that needs none."""


def _is_open(step: _Step | None) -> bool:
    return step is None or (isinstance(step, Written) and step.outcome is Outcome.INVALID)


class _Moved(Struct, frozen=True):
    """Places of drafts that lost to another writer, and of those written by definitions that have moved."""

    lost: set[int]
    stale: set[int]


def _applied(draft: Draft, before: Entity | None) -> Entity:
    sent = draft.input
    if draft.mode is None and before is not None:
        return before
    base = before or Entity(sent.blueprint, sent.identifier)
    merge = draft.mode is Mode.MERGE
    kept = base if merge else Entity(sent.blueprint, sent.identifier)
    return replace(
        base,
        title=kept.title if sent.title is UNSET else sent.title,
        icon=kept.icon if sent.icon is UNSET else sent.icon,
        team=kept.team if sent.team is UNSET else sent.team,
        properties={**kept.properties, **sent.properties},
        relations={**kept.relations, **sent.relations},
    )


def _same(before: Entity, after: Entity) -> bool:
    return (
        (before.title, before.icon, before.team) == (after.title, after.icon, after.team)
        and identical(before.properties, after.properties)
        and identical(before.relations, after.relations)
    )


def _answer(draft: Draft, write: EntityWrite, earlier: Written[Entity] | None) -> Written[Entity]:
    if earlier is not None:
        return replace(earlier, value=write.after)
    if write.before is None:
        return Written(Outcome.CREATED, write.after, draft.issues)
    before = write.before.entity
    same = _same(before, write.after) and before.scores is write.after.scores
    return Written(Outcome.UNCHANGED if same else Outcome.UPDATED, write.after, draft.issues)


def _last_answer(step: Written[Entity], earlier: Written[Entity] | None) -> Written[Entity]:
    """An answer from an earlier round tells what was done; this one how the entity stands, if it does."""
    if earlier is None:
        return step
    return earlier if step.value is None else replace(earlier, value=step.value)


def _size_issues(entity: Entity) -> list[Issue]:
    size = len(json.encode((entity.properties, entity.relations)))
    if size <= MAX_BYTES:
        return []
    message = f"the entity would have {size:,} bytes of properties and relations, and {MAX_BYTES:,} are the"
    return [Issue.error(("properties",), "TOO_LARGE", f"{message} most: keep what is large elsewhere")]


def _unknown_blueprint(draft: Draft) -> Issue:
    message = f"there is no blueprint `{draft.input.blueprint}`; write it first"
    return Issue.error(("blueprint",), "UNKNOWN_BLUEPRINT", message)


def _unknown_entity(draft: Draft) -> Issue:
    message = f"blueprint `{draft.input.blueprint}` has no entity `{draft.input.identifier}`"
    return Issue.error(("identifier",), "NOT_FOUND", message)


def _contended() -> Issue:
    return Issue.error((), "CONFLICT", "others keep writing this entity; try again in a moment")


async def _pause(attempt: int) -> None:
    if attempt > 2:  # noqa: PLR2004 - the first conflicts resolve themselves; then writers must spread out
        await asyncio.sleep(secrets.randbelow(2 ** min(attempt, 7)) / 1_000)
