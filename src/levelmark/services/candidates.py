"""Candidates: what of the drafts is to be evaluated, by which definitions; all others get their answers."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.entity import Entity
from levelmark.domain.issue import has_errors
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.drafts import (
    Candidate,
    Draft,
    size_issues,
    unknown_blueprint,
    unknown_entity,
)
from levelmark.services.judging import Judge
from levelmark.services.outcome import Outcome, Written
from levelmark.storage import Storage
from levelmark.storage.rows import Held

Answers: TypeAlias = dict[int, Written[Entity]]
"""What became of drafts, by place."""


class Work(Struct):
    """What is still to be done, by place: the drafts, and what is already known to be stored of them.

    `unsure` are ripples of writes that landed while something around the entity moved.
    """

    drafts: dict[int, Draft]
    held: dict[int, Held]
    unsure: frozenset[str] = frozenset()


class Candidates:
    """Judges drafts over what is stored of them."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._store = storage.entities
        self._catalogue = catalogue
        self._judge = Judge()

    async def of(self, work: Work, answers: Answers) -> list[tuple[Definitions, dict[int, Candidate]]]:
        """What is to be evaluated, by blueprint; all others get their answers.

        The definitions that this process has seen last are good enough where the entity carries their stamp;
        those in force are looked up for all others, and before anything is refused.
        """
        unread = {place: draft.key for place, draft in work.drafts.items() if place not in work.held}
        stored = await self._store.get(unread.values())
        held = {**work.held, **{place: stored[key] for place, key in unread.items() if key in stored}}
        found: dict[int, tuple[Definitions, Candidate]] = {}
        known = self._catalogue.known({draft.input.blueprint for draft in work.drafts.values()})
        open_places = []
        for place, draft in work.drafts.items():
            definitions, one = known.get(draft.input.blueprint), held.get(place)
            trusted = draft.mode is not None and one is not None and definitions is not None
            if not (trusted and definitions and one and one.stamp == definitions.full_stamp):
                open_places.append(place)
                continue
            step = _judged(draft, definitions, one, self._judge)
            if isinstance(step, Candidate):
                found[place] = definitions, step
            elif step.outcome is Outcome.INVALID:
                open_places.append(place)
            else:
                answers[place] = last_answer(step, answers.get(place))
        await self._judge_by_those_in_force(work, held, open_places, found, answers)
        return _grouped(found)

    async def _judge_by_those_in_force(
        self,
        work: Work,
        held: Mapping[int, Held],
        places: Sequence[int],
        found: dict[int, tuple[Definitions, Candidate]],
        answers: Answers,
    ) -> None:
        current = await self._catalogue.current({work.drafts[place].input.blueprint for place in places})
        for place in places:
            definitions = current.get(work.drafts[place].input.blueprint)
            step = _judged(work.drafts[place], definitions, held.get(place), self._judge)
            if isinstance(step, Candidate) and definitions is not None:
                found[place] = definitions, step
            elif isinstance(step, Written):
                answers[place] = last_answer(step, answers.get(place))


def _judged(
    draft: Draft, definitions: Definitions | None, held: Held | None, judge: Judge
) -> Candidate | Written[Entity]:
    if definitions is None:
        return Written(Outcome.INVALID, None, (unknown_blueprint(draft),))
    if draft.mode is None and held is None:
        return Written(Outcome.INVALID, None, (unknown_entity(draft),))
    entity = draft.applied(held.entity if held else None)
    if draft.mode is None:
        return Candidate.of(entity, held)
    candidate = Candidate.of(definitions.checker.completed(entity), held)
    wrong = judge.issues(candidate.entity, draft.sent or draft.input, definitions, draft.naming)
    issues = (*draft.issues, *wrong, *size_issues(candidate.entity))
    if has_errors(issues):
        return Written(Outcome.INVALID, None, issues)
    if held is not None and candidate.same and held.stamp == definitions.full_stamp:
        return Written(Outcome.UNCHANGED, held.entity, issues)
    return candidate


def _grouped(
    found: Mapping[int, tuple[Definitions, Candidate]],
) -> list[tuple[Definitions, dict[int, Candidate]]]:
    groups: dict[int, tuple[Definitions, dict[int, Candidate]]] = {}
    for place, (definitions, candidate) in found.items():
        groups.setdefault(id(definitions), (definitions, {}))[1][place] = candidate
    return list(groups.values())


def last_answer(step: Written[Entity], earlier: Written[Entity] | None) -> Written[Entity]:
    """An answer from an earlier round tells what was done; this one how the entity stands, if it does."""
    if earlier is None:
        return step
    return earlier if step.value is None else replace(earlier, value=step.value)
