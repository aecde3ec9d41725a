"""Scorecards and their rules: written, and deleted with the results that hang on them."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from levelmark.domain.blueprint import RESERVED, Blueprint
from levelmark.domain.change import CauseKind
from levelmark.domain.documents import to_document, to_scorecard
from levelmark.domain.errors import ConflictError
from levelmark.domain.issue import Issue, has_errors, nearest
from levelmark.domain.json import Json, identical
from levelmark.domain.naming import Naming, OwnNames
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.present import Present
from levelmark.engine.translating import ToNames, told_scorecard
from levelmark.engine.validation import Checked, read_scorecard
from levelmark.services.catalogue import Catalogue, Definitions
from levelmark.services.clock import Clock, now_text
from levelmark.services.evaluations import EvaluationService
from levelmark.services.keying import Keyed, keyed_scorecard
from levelmark.services.naming import NamingSource
from levelmark.services.outcome import Deleted, Outcome, Written
from levelmark.services.rule_edit import RuleEdit
from levelmark.services.system.clearing import Clearing
from levelmark.services.system.installation import Installation
from levelmark.storage import Storage
from levelmark.storage.pages import Page, Selection

_ATTEMPTS: Final = 20
_LOOKED_AT: Final = 10_000


class ScorecardService:
    """What can be done with scorecards and rules."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        evaluations: EvaluationService,
        *,
        naming: NamingSource,
        installation: Installation,
        clearing: Clearing,
        clock: Clock,
    ) -> None:
        self._storage = storage
        self._shelf = storage.definitions.scorecard
        self._catalogue = catalogue
        self._evaluations = evaluations
        self._naming = naming
        self._installation = installation
        self._clearing = clearing
        self._clock = clock

    async def upsert(self, document: Json) -> Written[Versioned[Scorecard]]:
        """Writes a scorecard; the entities of its blueprint are evaluated in the background."""
        identifier = document.get("identifier") if isinstance(document, dict) else None
        for _ in range(_ATTEMPTS):
            before = await self._shelf.get(identifier) if isinstance(identifier, str) else None
            written = await self._try(document, before)
            if written is not None:
                return written
        raise ConflictError(f"others keep writing the scorecard `{identifier}`; try again in a moment")

    async def _try(
        self, document: Json, before: Versioned[Scorecard] | None
    ) -> Written[Versioned[Scorecard]] | None:
        naming = await self._naming.fresh()
        blueprint = document.get("blueprint") if isinstance(document, dict) else None
        definitions = await self._definitions(blueprint, naming) if isinstance(blueprint, str) else None
        checked = self._judged(document, definitions, naming)
        issues = (*await self._blueprint_issues(blueprint, definitions, before, naming), *checked.issues)
        if checked.value is None or definitions is None or has_errors(issues):
            return Written(Outcome.INVALID, None, issues)
        keyed = keyed_scorecard(checked.value, before, naming)
        issues += tuple(await self._filter_issues(keyed.value, definitions, blueprint))
        return await self._store(keyed, before, (*issues, *keyed.issues))

    async def _definitions(self, blueprint: str, naming: Naming) -> Definitions | None:
        return await self._catalogue.one(naming.blueprints.key(blueprint))

    def _judged(self, document: Json, definitions: Definitions | None, naming: Naming) -> Checked[Scorecard]:
        blueprint: Blueprint | None = definitions.blueprint if definitions else None
        if blueprint is not None and not naming.plain:
            blueprint = ToNames(naming).blueprint(blueprint)
        return read_scorecard(document, blueprint, self._catalogue.operators)

    async def _blueprint_issues(
        self,
        name: Json,
        definitions: Definitions | None,
        before: Versioned[Scorecard] | None,
        naming: Naming,
    ) -> list[Issue]:
        if not isinstance(name, str):
            return []
        if name in RESERVED:
            return [_of_the_system(name)]
        if definitions is None:
            return [await self._unknown_blueprint(name)]
        if before is None or before.value.blueprint == naming.blueprints.key(name):
            return []
        return [_of_another(before.value.identifier, naming.blueprints.name(before.value.blueprint))]

    async def _store(
        self, keyed: Keyed[Scorecard], before: Versioned[Scorecard] | None, issues: tuple[Issue, ...]
    ) -> Written[Versioned[Scorecard]] | None:
        now, scorecard, names = now_text(self._clock), keyed.value, keyed.names
        if before is not None and identical(to_document(before.value), to_document(scorecard)):
            return Written(Outcome.UNCHANGED, before, issues)
        known = await self._catalogue.current([scorecard.blueprint])
        if before is None:
            await self._installation.relate([scorecard.blueprint])
            outcome, stored = Outcome.CREATED, await self._shelf.add(scorecard, now, names)
        else:
            outcome, stored = Outcome.UPDATED, await self._shelf.replace(before, scorecard, now, names)
        if not stored:
            return None
        if before is not None:
            await self._clearing.rules(before.value, scorecard)
        if names != (before.names if before else OwnNames()):
            await self._naming.settled()
        begun = await self._evaluations.follow_up(known, CauseKind.SCORECARD_WRITTEN)
        stands = await self._shelf.get(scorecard.identifier)
        return Written(outcome, stands, issues, begun.get(scorecard.blueprint))

    async def upsert_rule(self, scorecard: str, document: Json) -> Written[Versioned[Scorecard]]:
        """Writes one rule: in its place if the scorecard has it, else behind the others."""
        return await self._edit(scorecard, lambda stored: RuleEdit.writing(stored, document))

    async def delete_rule(self, scorecard: str, rule: str) -> Written[Versioned[Scorecard]]:
        """Deletes one rule; its results go, and levels are what they are without it."""
        written = await self._edit(scorecard, lambda stored: _deletion(stored, rule))
        done = written.outcome is Outcome.UPDATED
        return replace(written, outcome=Outcome.DELETED) if done else written

    async def _edit(
        self, identifier: str, edit_of: Callable[[Scorecard], RuleEdit | Issue]
    ) -> Written[Versioned[Scorecard]]:
        for _ in range(_ATTEMPTS):
            before = await self._shelf.get(identifier)
            if before is None:
                return Written(Outcome.INVALID, None, (_no_scorecard(identifier, "scorecard"),))
            naming = await self._naming.fresh()
            told = naming.with_scorecard(identifier, before.names)
            edit = edit_of(told_scorecard(before, told))
            if isinstance(edit, Issue):
                return Written(Outcome.INVALID, None, (edit,))
            written = await self._try_edit(edit, before, naming)
            if written is not None:
                return written
        raise ConflictError(f"others keep writing the scorecard `{identifier}`; try again in a moment")

    async def _try_edit(
        self, edit: RuleEdit, before: Versioned[Scorecard], naming: Naming
    ) -> Written[Versioned[Scorecard]] | None:
        definitions = await self._catalogue.one(before.value.blueprint)
        if definitions is None:
            gone = naming.blueprints.name(before.value.blueprint)
            return Written(Outcome.INVALID, None, (await self._unknown_blueprint(gone),))
        issues = edit.issues(self._judged(edit.document, definitions, naming).issues)
        if has_errors(issues):
            return Written(Outcome.INVALID, None, issues)
        keyed = keyed_scorecard(to_scorecard(edit.document), before, naming)
        return await self._store(keyed, before, (*issues, *edit.issues(keyed.issues)))

    async def delete(self, identifier: str, *, force: bool) -> Deleted:
        """Deletes a scorecard; one that has results only by `force`, and these with it."""
        before = await self._shelf.get(identifier)
        if before is None:
            return Deleted(Outcome.INVALID, (_no_scorecard(identifier, "identifier"),))
        scores = await self._storage.entities.count(before.value.blueprint, identifier)
        results = scores * len(before.value.rules)
        if scores and not force:
            message = f"the scores of {scores} entities and {results} rule results would go with it"
            issue = Issue.error(
                ("force",), "NEEDS_FORCE", f"{message}; repeat with `force: true` if that is meant"
            )
            return Deleted(Outcome.INVALID, (issue,), scores, 1, results)
        known = await self._catalogue.current([before.value.blueprint])
        if not await self._shelf.remove(before):
            raise ConflictError(f"the scorecard `{identifier}` was just written; look at it and try again")
        await self._clearing.scorecard(identifier)
        if not before.names.plain:
            await self._naming.settled()
        begun = await self._evaluations.follow_up(known, CauseKind.SCORECARD_DELETED)
        evaluation = begun.get(before.value.blueprint)
        return Deleted(Outcome.DELETED, (), scores, 1, results, evaluation)

    async def _unknown_blueprint(self, name: str) -> Issue:
        names = [one.name for one in await self._storage.definitions.blueprints()]
        message = f"there is no blueprint `{name}`; write it first"
        return Issue.error(("blueprint",), "UNKNOWN_BLUEPRINT", message, nearest(name, names))

    async def _filter_issues(
        self, scorecard: Scorecard, definitions: Definitions, blueprint: Json
    ) -> list[Issue]:
        if scorecard.filter is None:
            return []
        compiled = CompiledScorecard(
            replace(scorecard, rules=()), definitions.blueprint, self._catalogue.operators
        )
        looked_at, present = 0, Present.at(now_text(self._clock))
        page = Page(limit=_LOOKED_AT, batch=1_000)
        async with self._storage.entities.scan(Selection(scorecard.blueprint), page) as entities:
            async for held in entities:
                if compiled.applies(held.entity, None, [], present):
                    return []
                looked_at += 1
        if looked_at in (0, _LOOKED_AT):
            return []
        message = f"none of the {looked_at} entities of `{blueprint}` passes the filter"
        return [Issue.warning(("filter",), "MATCHES_NOTHING", message)]


def _deletion(scorecard: Scorecard, rule: str) -> RuleEdit | Issue:
    if scorecard.rule(rule) is not None:
        return RuleEdit.deleting(scorecard, rule)
    message = f"scorecard `{scorecard.identifier}` has no rule `{rule}`"
    names = [one.identifier for one in scorecard.rules]
    return Issue.error(("identifier",), "NOT_FOUND", message, nearest(rule, names))


def _of_the_system(blueprint: str) -> Issue:
    message = f"the entities of `{blueprint}` are read and not stored, so no scorecard applies to them"
    return Issue.error(("blueprint",), "SYSTEM_BLUEPRINT", message)


def _of_another(scorecard: str, blueprint: str) -> Issue:
    message = (
        f"the scorecard `{scorecard}` is one of blueprint `{blueprint}`: "
        "identifiers of scorecards are unique; choose another, or delete that one first"
    )
    return Issue.error(("blueprint",), "OTHER_BLUEPRINT", message, blueprint)


def _no_scorecard(identifier: str, field: str) -> Issue:
    return Issue.error((field,), "NOT_FOUND", f"there is no scorecard `{identifier}`")
