"""Evaluating: entities get their derived values, results and levels, and a write where these have moved."""

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.change import Cause, Move, Transition
from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant
from levelmark.engine.assess import Assessment, assess
from levelmark.engine.derived.ripple import ripple
from levelmark.engine.derived.surroundings import Surroundings
from levelmark.engine.difference import difference
from levelmark.services.catalogue import Definitions
from levelmark.services.clock import Clock, not_before, now_text
from levelmark.services.deriving import Derivation, Deriving
from levelmark.services.drafts import Candidate
from levelmark.storage import Storage
from levelmark.storage.entities import EntityWrite
from levelmark.storage.rows import Held


class Evaluated(Struct, frozen=True):
    """Entities of one blueprint as they come out, by place.

    `writes` are to be tried; `restamped` stand as they are, by newer definitions; all others just stand.
    `entities` and `around` tell what was looked at for them.
    """

    definitions: Definitions
    entities: dict[int, Entity]
    around: Surroundings
    writes: dict[int, EntityWrite]
    restamped: dict[int, Held]


class Evaluator:
    """Evaluates batches of entities, reading what is around all of them at once."""

    def __init__(self, storage: Storage, deriving: Deriving, clock: Clock) -> None:
        self._new_uid = storage.new_uid
        self._deriving = deriving
        self._clock = clock

    async def evaluate(
        self, definitions: Definitions, candidates: Mapping[int, Candidate], cause: Cause
    ) -> Evaluated:
        """What becomes of the candidates, all of the definitions' blueprint."""
        now = now_text(self._clock)
        timed = {place: _timed(one, now) for place, one in candidates.items()}
        derivations, around = await self._deriving.derive(
            definitions.plan, list(timed.values()), instant(now) or 0
        )
        evaluated = Evaluated(definitions, timed, around, {}, {})
        round_ = _Round(definitions, cause, now, self._new_uid)
        for (place, entity), derivation in zip(timed.items(), derivations, strict=True):
            held = candidates[place].held
            write = round_.write(candidates[place], entity, derivation)
            if write is not None:
                evaluated.writes[place] = write
            elif held is not None and held.stamp != definitions.full_stamp:
                evaluated.restamped[place] = held
        return evaluated

    async def disturbed(self, evaluated: Evaluated) -> set[int]:
        """The places of those around which something has changed since."""
        places = list(evaluated.entities)
        moved = await self._deriving.disturbed(
            evaluated.definitions.plan, list(evaluated.entities.values()), evaluated.around
        )
        return {places[index] for index in moved}


class _Round(Struct, frozen=True):
    """What the entities of one batch are evaluated by."""

    definitions: Definitions
    cause: Cause
    now: str
    new_uid: Callable[[], str]

    def write(self, candidate: Candidate, timed: Entity, derivation: Derivation) -> EntityWrite | None:
        """The write that the candidate needs; None where all stands as it is."""
        held, entity = candidate.held, _derived(timed, derivation)
        at = not_before(held, self.now) if held else self.now
        assessment = assess(self.definitions.compiled, entity, at)
        due = _earlier(derivation.until, assessment.until)
        if held is not None and candidate.same and not _moved(held, entity, assessment, due):
            return None
        uid, version = entity.uid or self.new_uid(), entity.version + 1
        after = replace(entity, scores=assessment.scores, version=version, uid=uid)
        transition = _transition(held, after, self.cause, at, assessment.moves)
        looked = self.definitions.plan.reads_others
        rings = ripple(held.entity if held else None, after, self.definitions.readers, looked=looked)
        return EntityWrite(held, after, self.definitions.full_stamp, transition, rings, due)


def _transition(
    held: Held | None, after: Entity, cause: Cause, at: str, moves: tuple[Move, ...]
) -> Transition | None:
    """What readers see of the write; None where that is nothing."""
    before = held.entity if held else None
    change = difference(before, after)
    if before is not None and not moves and not change.names and before.updated_at == after.updated_at:
        return None
    return Transition(
        after.uid,
        after.version,
        after.blueprint,
        after.identifier,
        after.teams,
        cause,
        at,
        moves,
        previous=held.standing if held else None,
        difference=change,
    )


def _timed(candidate: Candidate, now: str) -> Entity:
    if candidate.same:
        return candidate.entity
    at = not_before(candidate.held, now) if candidate.held else now
    return replace(candidate.entity, updated_at=at, created_at=candidate.entity.created_at or at)


def _derived(entity: Entity, derivation: Derivation) -> Entity:
    fields = derivation.applied(entity)
    if fields["derived"] is entity.derived and fields["reasons"] is entity.reasons:
        return entity
    return replace(entity, **fields)


def _moved(held: Held, entity: Entity, assessment: Assessment, due: int | None) -> bool:
    before = held.entity
    stands = assessment.scores is before.scores and entity.derived is before.derived
    return not (stands and entity.reasons is before.reasons and due == held.due)


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((at for at in (one, other) if at is not None), default=None)
