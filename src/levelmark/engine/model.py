"""The model: all blueprints together, each derived property resolved over them.

Built anew when any blueprint changes; whatever needs to know what reads what asks it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from levelmark.domain.blueprint import RESERVED, Blueprint, Kind, ResolvedBlueprint
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.json import Json
from levelmark.domain.operator import Operator
from levelmark.engine.derived.circles import Place, circles
from levelmark.engine.derived.flaw import Flaw
from levelmark.engine.derived.reads import Reader, chains, names_at_the_end, readers
from levelmark.engine.derived.spec import Aggregation, Calculation, Derived, Mirror
from levelmark.engine.derived.understanding import conditions_of, shown_kind, understood
from levelmark.engine.explain import Probes
from levelmark.engine.generate import Program, generate
from levelmark.engine.validation.queries import read_query


class Plan(Struct, frozen=True):
    """What must be done to derive the properties of a blueprint's entities, in this order.

    `needs` are the names to be read of the entities of `targets`, the blueprints looked at.
    `programs` are the compiled queries of its aggregations, by name. `seen` tells of all that is read of
    others whether it is derived, a point in time, and a relation to many.
    """

    blueprint: ResolvedBlueprint
    order: tuple[Derived, ...] = ()
    needs: dict[str, frozenset[str]] = {}
    targets: dict[str, ResolvedBlueprint] = {}
    programs: dict[str, Program] = {}
    seen: dict[str, list[tuple[str, bool, bool, bool]]] = {}

    @property
    def reads_others(self) -> bool:
        """Whether anything is read of other entities."""
        return bool(self.needs)

    def meaning(self) -> Json:
        """All that the derived values depend on besides the entities: where it is the same, so are they.

        So are the reasons why there is none.
        """
        return to_builtins([self.order, self.seen, self.blueprint.broken], order="deterministic")


class Model:
    """Blueprints by identifier, resolved; what their derived properties read, and what is wrong there."""

    def __init__(self, blueprints: Iterable[Blueprint], operators: Mapping[str, Operator]) -> None:
        self._declared = {one.identifier: one for one in blueprints}
        self._operators = operators
        self.flaws: dict[Place, Flaw] = {}
        self._specs = self._understand()
        self._break_circles()
        self._kinds: dict[Place, Kind] = {}
        self.blueprints = self._resolve_all()
        self._programs = self._compile_queries()
        self.blueprints = self._resolve_all()  # a query may have been found broken
        self.plans = {name: self._plan(one) for name, one in self.blueprints.items()}
        self.readers = self._readers()

    def issues(self, blueprint: str) -> Iterator[tuple[Place, Issue]]:
        """What is wrong with a blueprint's derived properties, with the paths of its document."""
        for (owner, name), flaw in self.flaws.items():
            if owner == blueprint:
                yield (owner, name), flaw.issue(self._declared[blueprint].place(name))

    def _understand(self) -> dict[Place, Derived]:
        specs: dict[Place, Derived] = {}
        for owner, blueprint in self._declared.items():
            for name in sorted(blueprint.derived):
                found = understood(blueprint, name, self._declared)
                if isinstance(found, Flaw):
                    self.flaws[owner, name] = found
                else:
                    specs[owner, name] = found
        return specs

    def _break_circles(self) -> None:
        edges = {place: list(self._made_from(place, spec)) for place, spec in self._specs.items()}
        for place, circle in circles(edges).items():
            told = " → ".join(f"`{owner}.{name}`" for owner, name in circle)
            message = f"is made from itself: {told}; break the circle at one of them"
            self.flaws[place] = Flaw((), "CYCLE", message)
            del self._specs[place]

    def _made_from(self, place: Place, spec: Derived) -> Iterator[Place]:
        owner, names = place[0], frozenset(spec.reads) if isinstance(spec, Calculation) else frozenset()
        if isinstance(spec, Mirror | Aggregation):
            owner, names = chains(spec)[0][-1].to, names_at_the_end(spec)
        derived = self._declared[owner].derived
        yield from ((owner, name) for name in sorted(names) if name in derived)

    def _kind(self, place: Place) -> Kind:
        spec = self._specs.get(place)
        blueprint = self._declared[place[0]]
        if not isinstance(spec, Mirror):
            return Kind(blueprint.types(place[1]), blueprint.is_instant(place[1]))
        if place not in self._kinds:
            self._kinds[place] = shown_kind(spec, self._kind((spec.chain[-1].to, spec.source)))
        return self._kinds[place]

    def _resolve_all(self) -> dict[str, ResolvedBlueprint]:
        return {name: self._resolved(one) for name, one in self._declared.items()}

    def _resolved(self, blueprint: Blueprint) -> ResolvedBlueprint:
        owner = blueprint.identifier
        kinds = {name: self._kind((owner, name)) for name in blueprint.mirror_properties}
        broken = {name: flaw.message for (other, name), flaw in self.flaws.items() if other == owner}
        fields = {name: getattr(blueprint, name) for name in Blueprint.__struct_fields__}
        return ResolvedBlueprint(**fields, kinds=kinds, broken=broken)

    def _compile_queries(self) -> dict[Place, Program]:
        programs: dict[Place, Program] = {}
        for place, spec in list(self._specs.items()):
            if isinstance(spec, Aggregation) and spec.query is not None:
                target = self.blueprints[spec.target]
                declared = self._declared[place[0]].aggregation_properties[place[1]]["query"]
                checked = read_query(conditions_of(declared), target, self._operators)
                if checked.value is None:
                    self.flaws[place] = _query_flaw(checked.issues)
                    del self._specs[place]
                else:
                    programs[place] = generate([Probes(checked.value, target, self._operators)])
        return programs

    def _plan(self, blueprint: ResolvedBlueprint) -> Plan:
        own = {name: spec for (owner, name), spec in self._specs.items() if owner == blueprint.identifier}
        order = tuple(_in_order(own))
        needs: dict[str, set[str]] = {}
        for spec in order:
            for chain in chains(spec):
                needs.setdefault(chain[-1].to, set()).update(names_at_the_end(spec))
                for before, step in pairwise(chain):
                    needs.setdefault(before.to, set()).update({step.relation} if step.forward else ())
        programs = {name: self._programs[blueprint.identifier, name] for name in own
                    if (blueprint.identifier, name) in self._programs}  # fmt: skip
        seen = {to: [self._seen(to, name) for name in sorted(names)] for to, names in sorted(needs.items())}
        frozen = {to: frozenset(names) for to, names in needs.items()}
        targets = {to: self.blueprints[to] for to in needs}
        return Plan(blueprint, order, frozen, targets, programs, seen)

    def _seen(self, blueprint: str, name: str) -> tuple[str, bool, bool, bool]:
        resolved = self.blueprints[blueprint]
        relation = resolved.relations.get(name)
        many = relation is not None and relation.many is True
        return name, name in resolved.derived, resolved.is_instant(name), many

    def _readers(self) -> dict[str, tuple[Reader, ...]]:
        found: dict[str, dict[tuple[str, object], Reader]] = {}
        for (owner, _), spec in self._specs.items():
            if owner in RESERVED:
                continue  # what is read of their entities is derived whenever it is asked for
            for read, reader in readers(owner, spec):
                known = found.setdefault(read, {})
                key = reader.blueprint, reader.chain
                names = known[key].names if key in known else frozenset()
                known[key] = replace(reader, names=reader.names | names)
        return {read: tuple(known.values()) for read, known in found.items()}


def _in_order(own: Mapping[str, Derived]) -> Iterator[Derived]:
    done: set[str] = set()

    def with_what_it_reads(name: str) -> Iterator[Derived]:
        if name in done or name not in own:
            return
        done.add(name)
        spec = own[name]
        for other in spec.reads if isinstance(spec, Calculation) else ():
            yield from with_what_it_reads(other)
        yield spec

    for name in sorted(own):
        yield from with_what_it_reads(name)


def _query_flaw(issues: Iterable[Issue]) -> Flaw:
    first = next(issue for issue in issues if has_errors([issue]))
    return Flaw(("query",), first.code, f"{first.path}: {first.message}", first.suggestion)
