"""Blueprints: written, and deleted with all that hangs on them."""

from collections.abc import Collection, Iterator

from levelmark.domain.blueprint import RESERVED, Blueprint
from levelmark.domain.change import CauseKind
from levelmark.domain.documents import to_document
from levelmark.domain.errors import ConflictError
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.json import Json, identical
from levelmark.domain.system import is_whole
from levelmark.domain.versioned import Versioned
from levelmark.engine.validation import read_blueprint
from levelmark.services.breakage import Breakage, forced
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock, now_text
from levelmark.services.evaluations import EvaluationService
from levelmark.services.keying import Keyed, keyed_blueprint
from levelmark.services.naming import NamingSource
from levelmark.services.outcome import Deleted, Outcome, Written
from levelmark.services.relations import uses_of
from levelmark.services.remodelling import Remodelling
from levelmark.services.removal import Removal
from levelmark.services.system.clearing import Clearing
from levelmark.services.system.installation import Installation
from levelmark.services.system.protection import Protection, deletion_issue, passage_issues
from levelmark.storage import Storage

_ATTEMPTS = 20


class BlueprintService:
    """What can be done with blueprints."""

    def __init__(
        self,
        storage: Storage,
        catalogue: Catalogue,
        *,
        remodelling: Remodelling,
        evaluations: EvaluationService,
        removal: Removal,
        naming: NamingSource,
        installation: Installation,
        clearing: Clearing,
        clock: Clock,
    ) -> None:
        self._storage = storage
        self._shelf = storage.definitions.blueprint
        self._catalogue = catalogue
        self._remodelling = remodelling
        self._breakage = Breakage(storage, catalogue)
        self._evaluations = evaluations
        self._removal = removal
        self._naming = naming
        self._protection = Protection(storage, naming)
        self._installation = installation
        self._clearing = clearing
        self._clock = clock

    async def upsert(self, document: Json, *, force: bool = False) -> Written[Versioned[Blueprint]]:
        """Writes a blueprint; where it has entities, they are evaluated again in the background.

        What would break entities, scorecards or other blueprints is refused, and by `force` written with
        warnings: stored values of what is removed stay, but nobody reads them.
        """
        for _ in range(_ATTEMPTS):
            guarded = await self._protection.guarded(document)
            checked = read_blueprint(guarded.document)
            issues = (*guarded.issues, *checked.issues)
            if checked.value is None or has_errors(issues):
                return Written(Outcome.INVALID, None, issues)
            written = await self._try(checked.value, issues, force=force)
            if written is not None:
                return written
        raise ConflictError(
            f"others keep writing the blueprint `{document['identifier']}`; try again in a moment"
        )

    async def _try(
        self, sent: Blueprint, issues: tuple[Issue, ...], *, force: bool
    ) -> Written[Versioned[Blueprint]] | None:
        """One round; None where another writer was faster."""
        known = await self._catalogue.every()
        naming = await self._naming.fresh()
        before = await self._shelf.get(naming.blueprints.key(sent.identifier))
        if before is not None and before.name != sent.identifier:
            return None  # it was renamed just now
        keyed = keyed_blueprint(sent, before, naming)
        remodelled = await self._remodelling.remodelled(sent, keyed.naming)
        issues += (
            *keyed.issues,
            *await self._target_issues(sent, keyed),
            *await self._remodelling.calculation_issues(sent),
            *remodelled.own_issues(),
            *passage_issues(remodelled.after, sent.identifier),
        )
        if before is not None and sent.identifier in remodelled.before.blueprints:
            issues += tuple(forced(await self._breakage.issues(remodelled), force=force))
        if has_errors(issues):
            return Written(Outcome.INVALID, None, issues)
        if before is not None and identical(to_document(before.value), to_document(keyed.value)):
            return Written(Outcome.UNCHANGED, before, issues)
        if not await self._store(before, keyed):
            return None
        if not keyed.naming.plain:
            await self._naming.settled()
        begun = await self._evaluations.follow_up(known, CauseKind.BLUEPRINT_WRITTEN)
        stands = await self._shelf.get(keyed.value.identifier)
        if before is None:
            return Written(Outcome.CREATED, stands, issues)
        return Written(Outcome.UPDATED, stands, issues, begun.get(keyed.value.identifier))

    async def _store(self, before: Versioned[Blueprint] | None, keyed: Keyed[Blueprint]) -> bool:
        now = now_text(self._clock)
        if before is None:
            return await self._shelf.add(keyed.value, now, keyed.names)
        if not is_whole(keyed.value, before.value):
            return False  # the server has added a relation just now
        return await self._shelf.replace(before, keyed.value, now, keyed.names)

    async def _target_issues(self, sent: Blueprint, keyed: Keyed[Blueprint]) -> list[Issue]:
        targets = {relation.target for relation in keyed.value.relations.values()}
        known = {keyed.naming.blueprints.name(key) for key in await self._shelf.many(targets)}
        return [*_dangling(sent, known)]

    async def delete(self, identifier: str, *, force: bool) -> Deleted:
        """Deletes a blueprint; one that has scorecards or entities only by `force`, and these with it.

        So is one that other blueprints use, whose derived properties have no data then.
        """
        known = await self._catalogue.every()
        naming = await self._naming.fresh()
        key = naming.blueprints.key(identifier)
        before = await self._shelf.get(key)
        if before is None or before.name != identifier:
            message = f"there is no blueprint `{identifier}`"
            return Deleted(Outcome.INVALID, (Issue.error(("identifier",), "NOT_FOUND", message),))
        if key in RESERVED:
            return Deleted(Outcome.INVALID, (deletion_issue(identifier),))
        scorecards = await self._storage.definitions.scorecards(key)
        entities = await self._storage.entities.count(key)
        uses = await uses_of(self._storage, self._catalogue.operators, key, naming)
        if (scorecards or entities or uses) and not force:
            issue = _needs_force(
                f"{entities} entities and {len(scorecards)} scorecards would go with it, "
                f"and {len(uses)} uses by other blueprints would come to nothing"
            )
            return Deleted(Outcome.INVALID, (issue, *uses), entities, len(scorecards))
        if not await self._shelf.remove(before):
            raise ConflictError(f"the blueprint `{identifier}` was just written; look at it and try again")
        if not naming.plain:
            await self._naming.settled()
        await self._evaluations.follow_up(known, CauseKind.BLUEPRINT_WRITTEN)
        await self._installation.relate((), [key])
        entities = await self._removal.all_of(key)
        for scorecard in scorecards:
            await self._clearing.scorecard(scorecard.value.identifier)
        return Deleted(Outcome.DELETED, uses, entities, len(scorecards))


def _dangling(blueprint: Blueprint, known: Collection[str]) -> Iterator[Issue]:
    for name, relation in blueprint.relations.items():
        if relation.target not in known and relation.target != blueprint.identifier:
            message = f"there is no blueprint `{relation.target}` yet"
            yield Issue.warning(("relations", name, "target"), "UNKNOWN_BLUEPRINT", message)


def _needs_force(what: str) -> Issue:
    return Issue.error(("force",), "NEEDS_FORCE", f"{what}; repeat with `force: true` if that is meant")
