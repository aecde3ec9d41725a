"""Renaming: a blueprint, a property, a relation, a rule or a level is called otherwise from one moment on.

All that is stored holds keys, which never change, so a renaming is one write of the one definition that
keeps the name: readers see the old name or the new one everywhere, a crash leaves all or nothing, nothing
is evaluated again, and what the log tells of the thing goes on.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import META_PROPERTIES, RESERVED, Blueprint
from levelmark.domain.errors import ConflictError
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import json_issues
from levelmark.domain.naming import Names, OwnNames
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.translating import ToKeys, ToNames
from levelmark.engine.validation.pieces import IDENTIFIER
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import LEVEL_TITLE
from levelmark.services.clock import Clock, now_text
from levelmark.services.naming import NamingSource
from levelmark.services.outcome import Outcome, Written
from levelmark.services.system.protection import kept_issues, renaming_issue
from levelmark.storage import Storage

_Answer = TypeVar("_Answer")

_ATTEMPTS: Final = 20
_IDENTIFIER: Final = Shape(IDENTIFIER)
_TITLE: Final = Shape(LEVEL_TITLE)
_TO: Final[Path] = ("to",)


class Renaming(Struct, frozen=True):
    """What is to be renamed: one of `known`, which are `kind`s of `owner`; `taken` are names in use.

    `taken` tells of each name what it is, in words that follow «`x` is».
    """

    kind: str
    owner: str
    known: Collection[str]
    taken: dict[str, str]
    names: Names
    shape: Shape = _IDENTIFIER

    def issues(self, name: str, to: str) -> Iterator[Issue]:
        """Why `name` cannot be called `to`."""
        if name not in self.known:
            now = self.names.moved_on(name)
            message = f"{self.owner} has no {self.kind} `{name}`" + (f": it is now `{now}`" if now else "")
            yield Issue.error(("identifier",), "NOT_FOUND", message, now or nearest(name, self.known))
        wrong = [*json_issues(to, _TO)] or [*self.shape.issues(to, _TO)]
        yield from wrong
        if not wrong and to != name and to in self.taken:
            yield Issue.error(_TO, "DUPLICATE", f"`{to}` is {self.taken[to]}; choose another name")


Read: TypeAlias = Callable[[Versioned[Blueprint]], Renaming]


class RenamingService:
    """What can be renamed."""

    def __init__(self, storage: Storage, naming: NamingSource, clock: Clock) -> None:
        self._store = storage.definitions
        self._blueprints = storage.definitions.blueprint
        self._scorecards = storage.definitions.scorecard
        self._naming = naming
        self._clock = clock

    async def blueprint(self, identifier: str, to: str) -> Written[Versioned[Blueprint]]:
        """Renames a blueprint."""
        return await _repeated(lambda: self._try_blueprint(identifier, to), identifier)

    async def _try_blueprint(self, identifier: str, to: str) -> Written[Versioned[Blueprint]] | None:
        if (issue := renaming_issue(identifier)) is not None:
            return Written(Outcome.INVALID, None, (issue,))
        naming = await self._naming.fresh()
        before = await self._blueprints.get(naming.blueprints.key(identifier))
        if before is not None and before.name != identifier:
            return None  # it was renamed just now
        other = None if to == identifier else await self._blueprints.get(naming.blueprints.key(to))
        taken = {to: "the name of another blueprint"} if other else {}
        taken |= dict.fromkeys(RESERVED, "kept for the server's own blueprints")
        known = {identifier} if before else await self._blueprint_names()
        renaming = Renaming("blueprint", "the server", known, taken, naming.blueprints)
        if issues := [*renaming.issues(identifier, to)]:
            return Written(Outcome.INVALID, None, tuple(issues))
        if before is None:
            return None
        name = None if to == before.value.identifier else to
        return await self._blueprint_written(before, replace(before.names, name=name))

    async def _blueprint_names(self) -> Collection[str]:
        return [one.name for one in await self._blueprints.page({}, None, 0)]

    async def property(self, blueprint: str, name: str, to: str) -> Written[Versioned[Blueprint]]:
        """Renames a property of a blueprint: its own, a mirror, a calculation or an aggregation."""
        return await self._thing(blueprint, name, to, _properties)

    async def relation(self, blueprint: str, name: str, to: str) -> Written[Versioned[Blueprint]]:
        """Renames a relation of a blueprint."""
        return await self._thing(blueprint, name, to, _relations)

    async def _thing(self, blueprint: str, name: str, to: str, read: Read) -> Written[Versioned[Blueprint]]:
        return await _repeated(lambda: self._try_thing(blueprint, name, to, read), blueprint)

    async def _try_thing(
        self, blueprint: str, name: str, to: str, read: Read
    ) -> Written[Versioned[Blueprint]] | None:
        naming = await self._naming.fresh()
        before = await self._blueprints.get(naming.blueprints.key(blueprint))
        if before is None:
            message = f"there is no blueprint `{blueprint}`"
            suggestion = nearest(blueprint, await self._blueprint_names())
            issue = Issue.error(("blueprint",), "NOT_FOUND", message, suggestion)
            return Written(Outcome.INVALID, None, (issue,))
        issues = [*read(before).issues(name, to), *kept_issues(before, name)]
        if has_errors(issues):
            return Written(Outcome.INVALID, None, tuple(issues))
        names = replace(before.names, things=before.names.things.renamed(name, to))
        if unclear := [*await self._unclear(before.value.identifier, names, to)]:
            return Written(Outcome.INVALID, None, tuple(unclear))
        return await self._blueprint_written(before, names)

    async def _unclear(self, key: str, names: OwnNames, to: str) -> list[Issue]:
        """The mirrors whose paths could be read in another way with the new name in them: dots join them."""
        naming = (await self._store.naming()).with_blueprint(key, names)
        there, back = ToNames(naming), ToKeys(naming)
        return [
            _ambiguous(naming.blueprints.name(one.identifier), to)
            for one in naming.surroundings.values()
            if one.mirror_properties
            and back.blueprint(there.blueprint(one)).mirror_properties != one.mirror_properties
        ]

    async def _blueprint_written(
        self, before: Versioned[Blueprint], names: OwnNames
    ) -> Written[Versioned[Blueprint]] | None:
        if names == before.names:
            return Written(Outcome.UNCHANGED, before)
        if not await self._blueprints.rename(before, names, now_text(self._clock)):
            return None
        await self._naming.settled()
        return Written(Outcome.UPDATED, await self._blueprints.get(before.value.identifier))

    async def rule(self, scorecard: str, identifier: str, to: str) -> Written[Versioned[Scorecard]]:
        """Renames a rule of a scorecard."""
        return await _repeated(lambda: self._try_rule(scorecard, identifier, to), scorecard)

    async def _try_rule(self, scorecard: str, name: str, to: str) -> Written[Versioned[Scorecard]] | None:
        before = await self._scorecards.get(scorecard)
        if before is None:
            return _no_scorecard(scorecard)
        names = before.names.things
        known = [names.name(rule.identifier) for rule in before.value.rules]
        renaming = _within(before, "rule", known, names, _IDENTIFIER)
        if issues := tuple(renaming.issues(name, to)):
            return Written(Outcome.INVALID, None, issues)
        return await self._scorecard_written(before, replace(before.names, things=names.renamed(name, to)))

    async def level(self, scorecard: str, title: str, to: str) -> Written[Versioned[Scorecard]]:
        """Renames a level of a scorecard: changes its title, which is its name."""
        return await _repeated(lambda: self._try_level(scorecard, title, to), scorecard)

    async def _try_level(self, scorecard: str, name: str, to: str) -> Written[Versioned[Scorecard]] | None:
        before = await self._scorecards.get(scorecard)
        if before is None:
            return _no_scorecard(scorecard)
        names = before.names.levels
        known = [names.name(level.title) for level in before.value.levels]
        renaming = _within(before, "level", known, names, _TITLE)
        if issues := tuple(renaming.issues(name, to)):
            return Written(Outcome.INVALID, None, issues)
        return await self._scorecard_written(before, replace(before.names, levels=names.renamed(name, to)))

    async def _scorecard_written(
        self, before: Versioned[Scorecard], names: OwnNames
    ) -> Written[Versioned[Scorecard]] | None:
        if names == before.names:
            return Written(Outcome.UNCHANGED, before)
        if not await self._scorecards.rename(before, names, now_text(self._clock)):
            return None
        await self._naming.settled()
        return Written(Outcome.UPDATED, await self._scorecards.get(before.value.identifier))


async def _repeated(attempt: Callable[[], Awaitable[_Answer | None]], what: str) -> _Answer:
    for _ in range(_ATTEMPTS):
        written = await attempt()
        if written is not None:
            return written
    raise ConflictError(f"others keep writing `{what}`; try again in a moment")


def _properties(before: Versioned[Blueprint]) -> Renaming:
    return _of_blueprint(before, "property", {*before.value.schema.properties, *before.value.derived})


def _relations(before: Versioned[Blueprint]) -> Renaming:
    return _of_blueprint(before, "relation", before.value.relations)


def _of_blueprint(before: Versioned[Blueprint], kind: str, keys: Collection[str]) -> Renaming:
    blueprint, names = before.value, before.names.things
    relations = {names.name(key) for key in blueprint.relations}
    taken = {
        name: f"the name of another {'relation' if name in relations else 'property'}"
        for name in map(names.name, blueprint.own_names)
    }
    taken |= dict.fromkeys(META_PROPERTIES, "a meta-property of every entity")
    owner = f"blueprint `{before.name}`"
    return Renaming(kind, owner, [names.name(key) for key in keys], taken, names)


def _within(
    before: Versioned[Scorecard], kind: str, known: Collection[str], names: Names, shape: Shape
) -> Renaming:
    taken = dict.fromkeys(known, f"the name of another {kind}")
    return Renaming(kind, f"scorecard `{before.value.identifier}`", known, taken, names, shape)


def _ambiguous(blueprint: str, to: str) -> Issue:
    message = f"with a `{to}`, a mirror property of blueprint `{blueprint}` has a path of two meanings"
    return Issue.error(_TO, "AMBIGUOUS", f"{message}; choose a name that no others, joined by dots, make up")


def _no_scorecard(identifier: str) -> Written[Versioned[Scorecard]]:
    message = f"there is no scorecard `{identifier}`"
    return Written(Outcome.INVALID, None, (Issue.error(("scorecard",), "NOT_FOUND", message),))
