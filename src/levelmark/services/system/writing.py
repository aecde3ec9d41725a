"""Writing scorecards and rules as entities: each part of a document goes where it is kept.

What makes a scorecard or a rule goes to the scorecards' own door, so that both doors tell the same story;
what others have added is an entity of its own. Where either part is refused beforehand, nothing is written.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.parts import joined, parted
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.system import RULE, SCORECARD
from levelmark.domain.versioned import Versioned
from levelmark.services.drafts import Mode
from levelmark.services.outcome import Outcome, Written
from levelmark.services.scorecards import ScorecardService
from levelmark.services.system.cards import Card, Cards
from levelmark.services.system.own import How, OwnValues, Parted
from levelmark.services.system.protection import PROTECTED
from levelmark.services.system.statements import (
    rule_document,
    rule_issues,
    rule_parts,
    scorecard_document,
    scorecard_issues,
)

_PAIR: Final = 2


class Told(Struct, frozen=True):
    """What the scorecards' own door has said, None where nothing was to be told; issues are the entity's."""

    outcome: Outcome = Outcome.UNCHANGED
    issues: tuple[Issue, ...] = ()
    written: Written[Versioned[Scorecard]] | None = None


class Done(Struct, frozen=True):
    """What became of a document, without the entity; this has the identifier, where it was not refused."""

    written: Written[Entity]
    identifier: str | None = None


class DefinitionWriting:
    """Writes entities of `_scorecard` and `_rule`."""

    def __init__(self, cards: Cards, own: OwnValues, scorecards: ScorecardService) -> None:
        self._cards = cards
        self._own = own
        self._scorecards = scorecards

    async def scorecard(self, sent: EntityInput, how: How) -> Done:
        """Writes a scorecard, its rules apart."""
        parts = await self._parted(sent, how)
        name = sent.identifier
        if issues := await self._refusals(parts, name, how):
            return _refused(*issues)
        before = await self._cards.one(name)
        told = await self._tell_scorecard(parts.kept, before, how.mode)
        if told.outcome is Outcome.INVALID:
            return _refused(*told.issues)
        own = await self._write_own(parts, name, how)
        return _answered(name, told, own)

    async def _tell_scorecard(self, kept: EntityInput, before: Card | None, mode: Mode) -> Told:
        document = scorecard_document(kept, before.told if before else None, mode)
        if document is None:
            return Told()
        written = await self._scorecards.upsert(document)
        return Told(written.outcome, scorecard_issues(written.issues), written)

    async def rule(self, sent: EntityInput, how: How) -> Done:
        """Writes a rule of a scorecard that exists."""
        parts = await self._parted(sent, how)
        pair = rule_parts(sent.identifier, parts.kept.relations.get("scorecard"))
        if isinstance(pair, Issue):
            return _refused(pair)
        issues = await self._refusals(parts, joined(*pair), how)
        issues += await self._moves(sent.identifier, pair)
        if has_errors(issues):
            return _refused(*issues)
        told = await self._tell_rule(parts.kept, pair, how.mode)
        if told.outcome is Outcome.INVALID:
            return _refused(*told.issues)
        card = await self._cards.one(pair[0])
        key = card.key(pair[1]) if card else None
        if key is None:
            message = "was deleted in this moment; send it again if it is to be"
            return _refused(Issue.error(("identifier",), "CONFLICT", message))
        own = await self._write_own(parts, joined(pair[0], key), how)
        return _answered(joined(*pair), told, own)

    async def _tell_rule(self, kept: EntityInput, pair: tuple[str, str], mode: Mode) -> Told:
        before = await self._cards.one(pair[0])
        rule = before.told.rule(pair[1]) if before else None
        document = rule_document(kept, pair[1], rule, mode)
        if document is None:
            return Told()
        written = await self._scorecards.upsert_rule(pair[0], document)
        made = rule is None and written.outcome is Outcome.UPDATED
        return Told(Outcome.CREATED if made else written.outcome, rule_issues(written.issues), written)

    async def _moves(self, identifier: str, pair: tuple[str, str]) -> tuple[Issue, ...]:
        """That the identifier is that of a rule of another scorecard, if it is."""
        parts = parted(identifier)
        if len(parts) != _PAIR or parts[0] == pair[0]:
            return ()
        card = await self._cards.one(parts[0])
        if card is None or card.told.rule(parts[1]) is None:
            return ()
        message = f"`{identifier}` is a rule of `{parts[0]}`, and rules do not move"
        return (Issue.error(("relations", "scorecard"), PROTECTED, message, parts[0]),)

    async def _parted(self, sent: EntityInput, how: How) -> Parted:
        definitions = await self._own.definitions(sent.blueprint)
        return Parted.of(sent, definitions, how.naming.properties_of(sent.blueprint))

    async def _refusals(self, parts: Parted, key: str, how: How) -> tuple[Issue, ...]:
        definitions = await self._own.definitions(parts.kept.blueprint)
        computed = [
            _computed(name) for name in parts.kept.properties if name in definitions.blueprint.derived
        ]
        (wrong,) = await self._own.issues([self._own.draft(parts.own, key, how)], strict=how.strict)
        return (*computed, *wrong)

    async def _write_own(self, parts: Parted, key: str, how: How) -> Sequence[Written[Entity]]:
        stored = await self._own.of(parts.own.blueprint, [key])
        if not parts.says_of_its_own and (how.mode is Mode.MERGE or key not in stored):
            return ()
        return await self._own.write([self._own.draft(parts.own, key, how)])

    async def delete(self, blueprint: str, identifier: str, *, strict: bool) -> Written[Entity]:
        """Deletes a scorecard or a rule; if `strict`, a scorecard that has results stays."""
        if blueprint == SCORECARD:
            return await self._delete_scorecard(identifier, strict=strict)
        pair = rule_parts(identifier, None)
        card = None if isinstance(pair, Issue) else await self._cards.one(pair[0])
        if isinstance(pair, Issue) or card is None or card.key(pair[1]) is None:
            return Written(Outcome.INVALID, None, (absence(RULE, identifier),))
        written = await self._scorecards.delete_rule(*pair)
        return Written(written.outcome, None, rule_issues(written.issues), written.evaluation)

    async def _delete_scorecard(self, identifier: str, *, strict: bool) -> Written[Entity]:
        if await self._cards.one(identifier) is None:
            return Written(Outcome.INVALID, None, (absence(SCORECARD, identifier),))
        deleted = await self._scorecards.delete(identifier, force=not strict)
        if deleted.outcome is Outcome.DELETED:
            return Written(Outcome.DELETED, None, (), deleted.evaluation)
        message = f"{deleted.rule_results} rule results would go with it; leave `strict` out if that is meant"
        return Written(Outcome.INVALID, None, (Issue.error(("identifier",), "POINTED_AT", message),))


def _answered(identifier: str, told: Told, own: Sequence[Written[Entity]]) -> Done:
    """What both doors have said, as one answer."""
    outcome = Outcome.UPDATED if told.outcome is Outcome.UNCHANGED and _changed(own) else told.outcome
    issues = (*told.issues, *(issue for one in own for issue in one.issues))
    evaluation = told.written.evaluation if told.written else None
    return Done(Written(outcome, None, issues, evaluation), identifier)


def _refused(*issues: Issue) -> Done:
    return Done(Written(Outcome.INVALID, None, issues))


def _changed(written: Sequence[Written[Entity]]) -> bool:
    return any(one.outcome in {Outcome.CREATED, Outcome.UPDATED} for one in written)


def _computed(name: str) -> Issue:
    message = f"`{name}` is counted from the rule results and cannot be written; leave it out"
    return Issue.error(("properties", name), "DERIVED_PROPERTY", message)


def absence(blueprint: str, identifier: str) -> Issue:
    """That a system blueprint has no entity of that identifier."""
    message = f"blueprint `{blueprint}` has no entity `{identifier}`"
    return Issue.error(("identifier",), "NOT_FOUND", message)
