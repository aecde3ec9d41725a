"""Remodelling: what a new version of one blueprint does to derived properties, its own and others'."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint, ResolvedBlueprint
from levelmark.domain.issue import Issue, Severity, path_text
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.engine.derived.circles import Place
from levelmark.engine.derived.flaw import Flaw
from levelmark.engine.model import Model
from levelmark.engine.translating import ToNames
from levelmark.services.calculating import Calculator
from levelmark.services.catalogue import Catalogue


class Remodelled(Struct, frozen=True):
    """All blueprints as they are, and as they would be with the new version of one of them.

    All are in the names of `naming`, which are those that hold with the new version.
    """

    before: Model
    after: Model
    blueprint: str
    naming: Naming = UNNAMED

    @property
    def resolved(self) -> ResolvedBlueprint:
        """The new version among the others."""
        return self.after.blueprints[self.blueprint]

    def own_issues(self) -> Iterator[Issue]:
        """What is wrong with its own derived properties; what was so before is a warning."""
        for place, issue in self.after.issues(self.blueprint):
            before = self.before.flaws.get(place)
            known = before is not None and before.message == issue.message
            yield replace(issue, severity=Severity.WARNING) if known else issue

    def others_issues(self) -> Iterator[Issue]:
        """The derived properties of other blueprints that would have no data any more."""
        for place, flaw in self.after.flaws.items():
            owner, name = place
            if owner != self.blueprint and self._breaks(place, flaw):
                message = f"`{name}` of blueprint `{owner}` would have no data: {flaw.message}"
                yield Issue.error((), "BREAKS_BLUEPRINT", message, flaw.suggestion)

    def _breaks(self, place: Place, flaw: Flaw) -> bool:
        # One that waits has no data, either, but for what had none before that is nothing new.
        if place not in self.before.flaws:
            return True
        return not flaw.waits and _fault(self.before, place) != flaw.code


class Remodelling:
    """Puts new versions of blueprints among the others, and tries their calculations."""

    def __init__(self, catalogue: Catalogue, calculator: Calculator) -> None:
        self._catalogue = catalogue
        self._calculator = calculator

    async def remodelled(self, blueprint: Blueprint, naming: Naming = UNNAMED) -> Remodelled:
        """All blueprints, with this one, in names, in the place of that of its identifier."""
        before = await self._catalogue.model()
        if not naming.plain:
            told = map(ToNames(naming).blueprint, before.blueprints.values())
            before = Model(told, self._catalogue.operators)
        declared = {**before.blueprints, blueprint.identifier: blueprint}
        after = Model(declared.values(), self._catalogue.operators)
        return Remodelled(before, after, blueprint.identifier, naming)

    async def calculation_issues(self, blueprint: Blueprint) -> Sequence[Issue]:
        """The calculations that are no jq programs."""
        issues = []
        for name, declared in blueprint.calculation_properties.items():
            reason = await self._calculator.check(declared["calculation"])
            if reason is not None:
                path = ("calculationProperties", name, "calculation")
                issues.append(Issue(path_text(path), "BAD_CALCULATION", f"is no jq program: {reason}"))
        return issues


def _fault(model: Model, place: Place) -> str | None:
    flaw = model.flaws.get(place)
    return None if flaw is None or flaw.waits else flaw.code
