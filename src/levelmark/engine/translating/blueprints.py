"""Translating blueprints, with all that their properties and relations refer to in others."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint, Relation, ResolvedBlueprint
from levelmark.domain.naming import Names
from levelmark.engine.translating.programs import renamed
from levelmark.engine.translating.queries import QueryTranslation, changed


class Translation(QueryTranslation):
    """One direction for all definitions."""

    def blueprint(self, value: Blueprint) -> Blueprint:
        """A blueprint with all that it refers to."""
        own = self.key(self.naming.blueprints, value.identifier)
        names = self.naming.properties_of(own)
        required = value.schema.required
        schema = replace(
            value.schema,
            properties=self.fields(names, value.schema.properties),
            required=tuple(self.word(names, one) for one in required) if required else required,
        )
        translated = replace(
            value,
            identifier=self.word(self.naming.blueprints, value.identifier),
            schema=schema,
            relations=self.fields(names, {key: self.relation(one) for key, one in value.relations.items()}),
            mirror_properties=self.fields(names, self._mirrors(own, value.mirror_properties)),
            calculation_properties=self.fields(names, self._calculations(names, value)),
            aggregation_properties=self.fields(names, self._aggregations(own, value.aggregation_properties)),
        )
        if isinstance(translated, ResolvedBlueprint):
            kinds, broken = self.fields(names, translated.kinds), self.fields(names, translated.broken)
            return replace(translated, kinds=kinds, broken=broken)
        return translated

    def relation(self, relation: Relation) -> Relation:
        """A relation: its target."""
        return replace(relation, target=self.word(self.naming.blueprints, relation.target))

    def _mirrors(self, own: str, mirrors: Mapping[str, Any]) -> dict[str, Any]:
        return {key: changed(one, path=lambda path: self.path(own, path)) for key, one in mirrors.items()}

    def _calculations(self, names: Names, value: Blueprint) -> dict[str, Any]:
        words = {one: self.word(names, one) for one in value.own_names}
        moved = {one: word for one, word in words.items() if one != word}

        def translated(program: str) -> str:
            return renamed(program, moved, value.relations)

        return {
            key: changed(one, calculation=translated) for key, one in value.calculation_properties.items()
        }

    def _aggregations(self, own: str, aggregations: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self._aggregation(own, one) for key, one in aggregations.items()}

    def _aggregation(self, own: str, document: Any) -> Any:
        if not isinstance(document, dict) or not isinstance(document.get("target"), str):
            return document
        target = self.key(self.naming.blueprints, document["target"])
        names = self.naming.properties_of(target)

        def aggregated(spec: Any) -> Any:
            return changed(
                spec,
                property=lambda one: self.subject(names, one),
                measureTimeBy=lambda one: self.subject(names, one),
            )

        return changed(
            document,
            target=lambda one: self.word(self.naming.blueprints, one),
            calculationSpec=aggregated,
            query=lambda one: self.query_document(target, one),
            pathFilter=lambda ones: [self._path_filter(own, one) for one in ones],
        )

    def _path_filter(self, own: str, document: Any) -> Any:
        begin = document.get("fromBlueprint")
        start = self.key(self.naming.blueprints, begin) if isinstance(begin, str) else own
        return changed(
            document,
            fromBlueprint=lambda one: self.word(self.naming.blueprints, one),
            path=lambda steps: self.steps(start, steps),
        )

    def steps(self, start: str, steps: list[str]) -> list[str]:
        """Relations, each of the blueprint that the one before leads to."""
        translated: list[str] = []
        for step in steps:
            names = self.naming.properties_of(start)
            translated.append(self.word(names, step))
            start = self._target(start, self.key(names, step))
        return translated

    def path(self, start: str, path: str) -> str:
        """Relations and a property behind them, joined by dots.

        Names may have dots in them: a property of the whole rest comes first, but not as the whole path;
        then the longest relation.
        """
        steps, rest = list[str](), path
        while (here := self.naming.surroundings.get(start)) is not None:
            names = self.naming.properties_of(start)
            relation = self._relation_before(here, rest, first=not steps)
            if relation is None:
                return ".".join([*steps, self.subject(names, rest)])
            said = self.said(names, relation)
            steps.append(self.word(names, said))
            rest, start = rest[len(said) + 1 :], here.relations[relation].target
        return ".".join([*steps, rest])

    def _relation_before(self, here: Blueprint, rest: str, *, first: bool) -> str | None:
        names = self.naming.properties_of(here.identifier)
        if not first and self.key(names, rest) in here.names:
            return None
        fitting = [key for key in here.relations if rest.startswith(f"{self.said(names, key)}.")]
        return max(fitting, key=lambda key: len(self.said(names, key)), default=None)

    def _target(self, blueprint: str, relation: str) -> str:
        known = self.naming.surroundings.get(blueprint)
        return known.relations[relation].target if known and relation in known.relations else ""
