"""Breakage: what a new version of a blueprint would break among entities, scorecards and other blueprints."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.documents import to_document
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, Severity, has_errors
from levelmark.domain.scorecard import Scorecard
from levelmark.engine.translating import told_entity, told_scorecard
from levelmark.engine.validation import EntityChecker, read_scorecard
from levelmark.engine.validation.compatibility import Differences, calculation_issues, differences
from levelmark.services.catalogue import Catalogue
from levelmark.services.remodelling import Remodelled
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection

_EXAMPLES: Final = 10


class Breakage:
    """Tells what would break; where a change only adds, or changes only texts, no entity is looked at."""

    def __init__(self, storage: Storage, catalogue: Catalogue) -> None:
        self._storage = storage
        self._catalogue = catalogue

    async def issues(self, remodelled: Remodelled) -> list[Issue]:
        """An error for all that would break; a warning for scorecards that are broken as it is."""
        before, after = remodelled.before.blueprints[remodelled.blueprint], remodelled.resolved
        change = differences(before, after)
        found = [*await self._scorecard_issues(remodelled), *remodelled.others_issues()]
        if change.touch_readers:
            found += calculation_issues(after, change.unread)
        if change.touch_entities:
            tally = _Tally(before, after, change)
            found += await self._entity_issues(remodelled, tally)
        return found

    async def _scorecard_issues(self, remodelled: Remodelled) -> list[Issue]:
        """Of all blueprints: what a mirror shows may be of another type now."""
        before, after = remodelled.before.blueprints, remodelled.after.blueprints
        names = remodelled.naming.blueprints
        moved = {names.key(name) for name, one in before.items() if one != after[name]}
        stored = await self._storage.definitions.scorecards_of(moved)
        scorecards = [told_scorecard(one, remodelled.naming) for one in stored]
        pairs = [(one, before[one.blueprint], after[one.blueprint]) for one in scorecards]
        return [issue for pair in pairs for issue in self._broken(*pair)]

    def _broken(self, scorecard: Scorecard, before: Blueprint, after: Blueprint) -> Iterator[Issue]:
        known = {_fault(issue) for issue in self._faults(scorecard, before)}
        for issue in self._faults(scorecard, after):
            message = f"scorecard `{scorecard.identifier}`, {issue.path}: {issue.message}"
            severity = Severity.WARNING if _fault(issue) in known else Severity.ERROR
            yield Issue("", "BREAKS_SCORECARD", message, issue.suggestion, severity)

    def _faults(self, scorecard: Scorecard, blueprint: Blueprint) -> list[Issue]:
        checked = read_scorecard(to_document(scorecard), blueprint, self._catalogue.operators)
        return [issue for issue in checked.issues if has_errors([issue])]

    async def _entity_issues(self, remodelled: Remodelled, tally: "_Tally") -> list[Issue]:
        selection = Selection(remodelled.naming.blueprints.key(remodelled.blueprint))
        async with self._storage.entities.scan(selection, Page()) as entities:
            async for held in entities:
                tally.add(told_entity(held.entity, remodelled.naming))
        return [*tally.issues()]


class _Tally:
    """Counts what a change does to entities, one after the other."""

    def __init__(self, before: Blueprint, after: Blueprint, change: Differences) -> None:
        self._change = change
        self._old, self._new = EntityChecker(before), EntityChecker(after)
        self._total = 0
        self._invalid = 0
        self._examples: list[Issue] = []
        self._properties: Counter[str] = Counter()
        self._relations: Counter[str] = Counter()

    def add(self, entity: Entity) -> None:
        """Counts one entity."""
        change = self._change
        self._total += 1
        self._properties.update(name for name in change.properties if entity.properties.get(name) is not None)
        self._relations.update(name for name in change.relations + change.retargeted if entity.targets(name))
        faults = _new_faults(entity, self._old, self._new) if change.narrows else []
        if faults:
            self._invalid += 1
            if len(self._examples) < _EXAMPLES:
                self._examples.append(_example(entity, faults[0]))

    def issues(self) -> Iterator[Issue]:
        """What was counted, as errors."""
        change = self._change
        for name, count in self._properties.items():
            yield _removal(("schema", "properties", name), name, count)
        for name in change.relations:
            if self._relations[name]:
                yield _removal(("relations", name), name, self._relations[name])
        for name in change.retargeted:
            if self._relations[name]:
                message = f"{_entities(self._relations[name])} would point at entities of another blueprint"
                yield Issue.error(("relations", name, "target"), "BREAKS_ENTITIES", message)
        if self._invalid:
            message = f"{_entities(self._invalid)} of {self._total:,} would no longer be valid, such as these"
            yield Issue.error((), "BREAKS_ENTITIES", message)
            yield from self._examples


def _new_faults(entity: Entity, old: EntityChecker, new: EntityChecker) -> list[Issue]:
    """What only the new version finds wrong; defaults come with the entity's next write."""
    nothing = EntityInput(entity.blueprint, entity.identifier)
    found = [*new.issues(new.completed(entity), nothing)]
    if not found:
        return []
    known = {_fault(issue) for issue in old.issues(entity, nothing)}
    return [issue for issue in found if _fault(issue) not in known]


def _fault(issue: Issue) -> tuple[str, str]:
    return issue.path, issue.code


def _example(entity: Entity, fault: Issue) -> Issue:
    message = f"`{entity.blueprint}/{entity.identifier}`: {fault.path}: {fault.message}"
    return Issue("", "BREAKS_ENTITIES", message, fault.suggestion)


def _removal(path: tuple[str, ...], name: str, count: int) -> Issue:
    message = f"`{name}` is removed, and {_entities(count)} {'has' if count == 1 else 'have'} a value of it"
    return Issue.error(path, "REMOVES_VALUES", message)


def _entities(count: int) -> str:
    return "1 entity" if count == 1 else f"{count:,} entities"


def forced(issues: Collection[Issue], *, force: bool) -> list[Issue]:
    """The issues as warnings where `force` says that they are meant; else with one that asks for it."""
    if not has_errors(issues):
        return list(issues)
    if force:
        return [replace(issue, severity=Severity.WARNING) for issue in issues]
    message = "this breaks what the other issues tell; repeat with `force: true` (`--force`) if that is meant"
    return [*issues, Issue.error(("force",), "NEEDS_FORCE", message)]
