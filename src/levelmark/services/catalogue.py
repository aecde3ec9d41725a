"""The catalogue: the definitions in force, compiled once per version."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct, json

from levelmark.domain.blueprint import RESERVED, Blueprint, ResolvedBlueprint
from levelmark.domain.documents import to_document
from levelmark.domain.json import Json
from levelmark.domain.operator import Operator
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.system import extension
from levelmark.domain.versioned import Versioned
from levelmark.engine.derived.reads import Reader, query_names
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.model import Model, Plan
from levelmark.engine.validation import EntityChecker
from levelmark.storage import Storage
from levelmark.storage.definitions import Versions
from levelmark.storage.gathering import Gathering


class Definitions(Struct, frozen=True):
    """A blueprint, resolved among all others, and its scorecards, compiled.

    `stamp` names all that results depend on besides the entities, `full_stamp` also the operators that this
    process lacks: an entity that carries another stamp was evaluated by other definitions. A text that is
    only shown is no part of it. `readers` are those who read entities of this blueprint.
    """

    model: Model
    blueprint: ResolvedBlueprint
    scorecards: tuple[Versioned[Scorecard], ...]
    compiled: tuple[CompiledScorecard, ...]
    checker: EntityChecker
    stamp: str

    @property
    def plan(self) -> Plan:
        """How the properties of its entities are derived when they are written."""
        return _plan(self.model, self.blueprint)

    @property
    def readers(self) -> tuple[Reader, ...]:
        """Who reads its entities."""
        return self.model.readers.get(self.blueprint.identifier, ())

    @property
    def missing_operators(self) -> tuple[str, ...]:
        """Operators that the scorecards use and no installed plugin provides."""
        return tuple(sorted({name for one in self.compiled for name in one.missing_operators}))

    @property
    def full_stamp(self) -> str:
        """The stamp with what this process lacks."""
        missing = self.missing_operators
        return f"{self.stamp}!{json.encode(missing).decode()}" if missing else self.stamp

    def compiled_scorecard(self, identifier: str) -> CompiledScorecard | None:
        """The compiled scorecard of that identifier."""
        return next((one for one in self.compiled if one.scorecard.identifier == identifier), None)


class Catalogue:
    """Gives out definitions by the versions in force; each set is compiled once per process."""

    def __init__(self, storage: Storage, operators: Mapping[str, Operator]) -> None:
        self._store = storage.definitions
        self.operators = operators
        self._model: Model = Model((), operators)
        self._blueprints: dict[str, str] = {}
        self._cache: dict[str, Definitions] = {}
        self._edits = self._edits_seen = 0
        self._looking = Gathering(self._look)

    async def current(self, blueprints: Iterable[str]) -> dict[str, Definitions]:
        """The definitions in force, as of after this was called, for those of the blueprints that exist."""
        names = list(blueprints)
        found = await self._looking.ask(names)
        return {name: one for name, one in zip(names, found, strict=True) if one is not None}

    async def one(self, blueprint: str) -> Definitions | None:
        """The definitions in force for one blueprint, if it exists."""
        return (await self.current([blueprint])).get(blueprint)

    async def every(self) -> dict[str, Definitions]:
        """The definitions in force for every blueprint."""
        return await self.current((await self.model()).blueprints)

    @property
    def seen(self) -> Model:
        """All blueprints as this process has seen them last."""
        return self._model

    async def model(self) -> Model:
        """All blueprints in force, as of after this was called."""
        await self._looking.ask([""])
        return self._model

    def known(self, blueprints: Iterable[str]) -> dict[str, Definitions]:
        """The definitions that this process has seen last; others may have changed them since."""
        if self._edits != self._edits_seen:
            return {}
        return {name: self._cache[name] for name in blueprints if name in self._cache}

    def doubt(self) -> None:
        """Says that this process has just edited definitions: what it has seen last is behind."""
        self._edits += 1

    async def _look(self, blueprints: Sequence[str]) -> list[Definitions | None]:
        names, edits = set(blueprints), self._edits
        versions = await self._store.versions(names)
        if versions.blueprints != self._blueprints:
            await self._load_model()
            versions = Versions(self._blueprints, versions.scorecards)
        known = self._model.blueprints.keys()
        stale = {name for name in names & known if not self._has(name, versions)}
        if stale:
            await self._load(stale)
        for name in names - known:
            self._cache.pop(name, None)
        self._edits_seen = edits
        return [self._cache.get(name) for name in blueprints]

    def _has(self, blueprint: str, versions: Versions) -> bool:
        cached = self._cache.get(blueprint)
        if cached is None or cached.model is not self._model:
            return False
        own = {one.value.identifier: _version(one) for one in cached.scorecards}
        return own == versions.scorecards.get(blueprint)

    async def _load_model(self) -> None:
        blueprints = await self._store.blueprints()
        self._model = Model([one.value for one in blueprints], self.operators)
        self._blueprints = {one.value.identifier: _version(one) for one in blueprints}

    async def _load(self, names: Iterable[str]) -> None:
        scorecards = await self._store.scorecards_of(names)
        for name in names:
            own = tuple(one for one in scorecards if one.value.blueprint == name)
            self._cache[name] = self._compile(self._model.blueprints[name], own)

    def _compile(
        self, blueprint: ResolvedBlueprint, scorecards: tuple[Versioned[Scorecard], ...]
    ) -> Definitions:
        kept = self._compiled_before(blueprint)
        compiled = tuple(
            kept.get(_version(one)) or CompiledScorecard(one.value, blueprint, self.operators)
            for one in scorecards
        )
        stamp = _stamp(_plan(self._model, blueprint), [one.value for one in scorecards])
        checker = EntityChecker(extension(blueprint))
        return Definitions(self._model, blueprint, scorecards, compiled, checker, stamp)

    def _compiled_before(self, blueprint: ResolvedBlueprint) -> dict[str, CompiledScorecard]:
        cached = self._cache.get(blueprint.identifier)
        if cached is None or cached.blueprint != blueprint:
            return {}
        return dict(zip(map(_version, cached.scorecards), cached.compiled, strict=True))


def _plan(model: Model, blueprint: ResolvedBlueprint) -> Plan:
    # What is stored of the entities of a system blueprint is not all of them: they are derived when read.
    return Plan(blueprint) if blueprint.identifier in RESERVED else model.plans[blueprint.identifier]


def _version(one: Versioned[Blueprint] | Versioned[Scorecard]) -> str:
    return f"{one.uid}:{one.version}"


def _stamp(plan: Plan, scorecards: Sequence[Scorecard]) -> str:
    # A digest without characters that sort behind "!", so that a full stamp begins with its stamp.
    meaning = [plan.meaning(), [_meaning(one, plan.blueprint) for one in scorecards]]
    return blake2b(json.encode(meaning), digest_size=12).hexdigest()


def _meaning(scorecard: Scorecard, blueprint: ResolvedBlueprint) -> list[Json]:
    """All of a scorecard that results depend on, with what the blueprint says of the properties it uses."""
    document = to_document(scorecard)
    rules = [[rule["identifier"], rule["level"], rule["query"]] for rule in _rules(document)]
    queries = [rule.query for rule in scorecard.rules] + ([scorecard.filter] if scorecard.filter else [])
    used = sorted({name for query in queries for name in query_names(query)})
    seen = [[name, name in blueprint.derived, blueprint.is_instant(name),
             _is_many(name, blueprint)] for name in used]  # fmt: skip
    levels = [level.title for level in scorecard.levels]
    return [scorecard.identifier, levels, rules, document.get("filter"), seen]


def _rules(document: dict[str, Json]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = document["rules"]
    return rules


def _is_many(name: str, blueprint: ResolvedBlueprint) -> bool:
    relation = blueprint.relations.get(name)
    return relation is not None and relation.many is True
