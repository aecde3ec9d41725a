"""The catalogue: the definitions in force, compiled once per version."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b

from msgspec import Struct, json
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.operator import Operator
from levelmark.domain.scorecard import Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.evaluate import CompiledScorecard
from levelmark.engine.validation import EntityChecker
from levelmark.storage import Storage
from levelmark.storage.definitions import Versions
from levelmark.storage.gathering import Gathering


class Definitions(Struct, frozen=True):
    """A blueprint and its scorecards, compiled.

    `stamp` names their versions; `full_stamp` also the operators that this process lacks. An entity that
    carries another stamp was evaluated by other definitions.
    """

    blueprint: Versioned[Blueprint]
    scorecards: tuple[Versioned[Scorecard], ...]
    compiled: tuple[CompiledScorecard, ...]
    checker: EntityChecker
    stamp: str

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
        self._cache: dict[str, Definitions] = {}
        self._looking = Gathering(self._look)

    async def stamps(self, blueprints: Iterable[str]) -> dict[str, str]:
        """The stamps in force, as of after this was called, for those of the blueprints that exist."""
        names = list(blueprints)
        stamps = await self._looking.ask(names)
        return {name: stamp for name, stamp in zip(names, stamps, strict=True) if stamp is not None}

    async def _look(self, blueprints: Sequence[str]) -> list[str | None]:
        versions = await self._store.versions(set(blueprints))
        stamps = {name: _stamp(one) for name, one in versions.items()}
        return [stamps.get(name) for name in blueprints]

    def known(self, blueprints: Iterable[str]) -> dict[str, Definitions]:
        """The definitions that this process has seen last; others may have changed them since."""
        return {name: self._cache[name] for name in blueprints if name in self._cache}

    def doubt(self, blueprint: str) -> None:
        """Says that this process has just edited these definitions: what it has seen last is behind."""
        if blueprint in self._cache:
            self._cache[blueprint] = replace(self._cache[blueprint], stamp="")

    async def current(self, blueprints: Iterable[str]) -> dict[str, Definitions]:
        """The definitions in force for those of the blueprints that exist."""
        stamps = await self.stamps(blueprints)
        fresh = {name: self._cache[name] for name, stamp in stamps.items() if self._has(name, stamp)}
        stale = stamps.keys() - fresh.keys()
        return fresh | await self._load(stale) if stale else fresh

    async def one(self, blueprint: str) -> Definitions | None:
        """The definitions in force for one blueprint, if it exists."""
        return (await self.current([blueprint])).get(blueprint)

    def _has(self, blueprint: str, stamp: str) -> bool:
        cached = self._cache.get(blueprint)
        return cached is not None and cached.stamp == stamp

    async def _load(self, names: AbstractSet[str]) -> dict[str, Definitions]:
        blueprints = await self._store.blueprint.many(names)
        scorecards = await self._store.scorecards_of(names)
        loaded: dict[str, Definitions] = {}
        for name, blueprint in blueprints.items():
            own = tuple(one for one in scorecards if one.value.blueprint == name)
            loaded[name] = self._compile(blueprint, own)
        for name in names - loaded.keys():
            self._cache.pop(name, None)
        self._cache |= loaded
        return loaded

    def _compile(
        self, blueprint: Versioned[Blueprint], scorecards: tuple[Versioned[Scorecard], ...]
    ) -> Definitions:
        kept = self._compiled_before(blueprint)
        compiled = tuple(
            kept.get(_version(one)) or CompiledScorecard(one.value, blueprint.value, self.operators)
            for one in scorecards
        )
        versions = Versions(_version(blueprint), {one.value.identifier: _version(one) for one in scorecards})
        checker = EntityChecker(blueprint.value)
        return Definitions(blueprint, scorecards, compiled, checker, _stamp(versions))

    def _compiled_before(self, blueprint: Versioned[Blueprint]) -> dict[str, CompiledScorecard]:
        cached = self._cache.get(blueprint.value.identifier)
        if cached is None or cached.blueprint != blueprint:
            return {}
        return dict(zip(map(_version, cached.scorecards), cached.compiled, strict=True))


def _version(one: Versioned[Blueprint] | Versioned[Scorecard]) -> str:
    return f"{one.uid}:{one.version}"


def _stamp(versions: Versions) -> str:
    # A digest without characters that sort behind "!", so that a full stamp begins with its stamp.
    parts = [versions.blueprint, *sorted(versions.scorecards.values())]
    return blake2b(" ".join(parts).encode(), digest_size=12).hexdigest()
