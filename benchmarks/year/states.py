"""The states: what the entities are in each part of their lives, evaluated by the engine, in time's order.

An edit of a property is drawn until it moves one to three results; a few states come with another team or
another tier instead, which may move none.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.year import values
from benchmarks.year.lives import Life, Sizes, in_order, lives
from levelmark.domain.change import Cause, CauseKind, Transition
from levelmark.domain.entity import Entity
from levelmark.domain.instant import instant_text
from levelmark.engine.assess import assess
from levelmark.engine.difference import difference
from levelmark.engine.evaluate import CompiledScorecard, erase

PARTS: Final = 2
"""Parts of all lives, that one process each can draw."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOVED: Final = 3
"""Results that an edit moves, at most."""

_TEAM, _TIER = 0.03, 0.05
"""The shares of states that come with another team, or with another tier."""


class State(Struct, frozen=True):
    """An entity as it stood from `begin` until `end` (None: it stands so still)."""

    entity: Entity
    transition: Transition
    begin: datetime
    end: datetime | None

    def stood_at(self, at: datetime) -> bool:
        """Whether the entity was in this state at an instant."""
        return self.begin <= at and (self.end is None or at < self.end)


class Told(Struct, frozen=True):
    """What came to be: a state, or with `gone` the end of a life, whose state is then the last one."""

    state: State
    gone: Transition | None = None

    @property
    def at(self) -> datetime:
        """When."""
        if self.gone is None:
            return self.state.begin
        assert self.state.end is not None
        return self.state.end

    @property
    def transition(self) -> Transition:
        """How it came."""
        return self.gone or self.state.transition


def told(compiled: Sequence[CompiledScorecard], sizes: Sizes, part: int) -> Iterator[Told]:
    """Everything that happened to the lives of a part, in time's order."""
    own = lives(sizes)[part::PARTS]
    story = _Story(Random(f"{sizes.seed}.{part}"), compiled)
    last: list[State | None] = [None] * len(own)
    for at, place, step in in_order(own):
        life, before = own[place], last[place]
        if at == life.gone:
            assert before is not None
            yield Told(before, _farewell(before, _instant(at)))
            last[place] = None
            continue
        begin, instants = _instant(at), life.instants
        end = _instant(instants[step + 1]) if step + 1 < len(instants) else None
        state = last[place] = story.next(life, before, begin, end)
        yield Told(state)


class _Story(Struct, frozen=True):
    draw: Random
    compiled: Sequence[CompiledScorecard]

    def next(self, life: Life, before: State | None, begin: datetime, end: datetime | None) -> State:
        at = instant_text(begin)
        entity = self._born(life, at) if before is None else self._changed(before.entity)
        assessment = assess(self.compiled, entity, at)
        after = replace(entity, updated_at=at, scores=assessment.scores, version=entity.version + 1)
        earlier = before.entity if before else None
        previous = before.transition.standing if before else None
        cause, other = Cause(CauseKind.ENTITY_WRITTEN), difference(earlier, after)
        transition = Transition(
            after.uid, after.version, after.blueprint, after.identifier, after.teams, cause, at,
            assessment.moves, previous, other,
        )  # fmt: skip
        return State(after, transition, begin, end)

    def _born(self, life: Life, at: str) -> Entity:
        return Entity(
            "service",
            f"service-{life.number:06}",
            f"Service {life.number}",
            team=values.team(self.draw),
            properties=values.properties(self.draw),
            created_at=at,
            uid=f"{life.born // 1_000:08x}{life.number:016x}",
        )

    def _changed(self, before: Entity) -> Entity:
        lot = self.draw.random()
        if lot < _TEAM:
            return replace(before, team=values.other_team(self.draw, before.teams))
        if lot < _TIER:
            return replace(before, properties=values.with_other_tier(self.draw, before.properties))
        standing = self._truths(before)
        while True:
            after = replace(before, properties=values.edited(self.draw, before.properties))
            moved = sum(map(int.__ne__, standing, self._truths(after)))
            if 0 < moved <= _MOVED:
                return after

    def _truths(self, entity: Entity) -> list[int]:
        return [truth for one in self.compiled for truth in one.truths(entity, {}, None, None)]


def _farewell(last: State, at: datetime) -> Transition:
    entity = last.entity
    moves = tuple(move for score in entity.scores for move in erase(score))
    return Transition(
        entity.uid, entity.version + 1, entity.blueprint, entity.identifier, entity.teams,
        Cause(CauseKind.ENTITY_DELETED), instant_text(at), moves, last.transition.standing, gone=True,
    )  # fmt: skip


def _instant(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
