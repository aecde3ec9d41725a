"""Translating: definitions, entities and queries from keys to the names that people read, and back.

Where nothing was renamed, everything is its own translation.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint, Relation, ResolvedBlueprint
from levelmark.domain.entity import Entity, EntityInput
from levelmark.domain.json import Json
from levelmark.domain.naming import MARK, Names, Naming
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.domain.scorecard import Rule, Scorecard
from levelmark.domain.versioned import Versioned
from levelmark.engine.jq_names import rename_property, rename_relation

Value = TypeVar("Value")

_MARKED: Final = re.compile(rf"{MARK}\d+")


class _Translation(ABC):
    """One direction; `naming` is that of the moment, with what is being written already in it."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    @abstractmethod
    def word(self, names: Names, text: str, /) -> str:
        """A name for a key, or a key for a name."""

    @abstractmethod
    def key(self, names: Names, text: str, /) -> str:
        """The key of what the untranslated text says."""

    @abstractmethod
    def said(self, names: Names, key: str, /) -> str:
        """What the untranslated text calls the thing of that key."""

    @abstractmethod
    def fields(self, names: Names, fields: Mapping[str, Value]) -> dict[str, Value]:
        """The same under the translated words, in the same order."""

    def blueprint(self, value: Blueprint) -> Blueprint:
        """A blueprint with all that it refers to."""
        own = self.key(self._naming.blueprints, value.identifier)
        names = self._naming.properties_of(own)
        required = value.schema.required
        schema = replace(
            value.schema,
            properties=self.fields(names, value.schema.properties),
            required=tuple(self.word(names, one) for one in required) if required else required,
        )
        translated = replace(
            value,
            identifier=self.word(self._naming.blueprints, value.identifier),
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
        return replace(relation, target=self.word(self._naming.blueprints, relation.target))

    def _mirrors(self, own: str, mirrors: Mapping[str, Any]) -> dict[str, Any]:
        return {key: _changed(one, path=lambda path: self.path(own, path)) for key, one in mirrors.items()}

    def _calculations(self, names: Names, value: Blueprint) -> dict[str, Any]:
        words = {one: self.word(names, one) for one in value.own_names}
        moved = {one: word for one, word in words.items() if one != word}

        def translated(program: str) -> str:
            return _renamed(program, moved, value.relations)

        return {
            key: _changed(one, calculation=translated) for key, one in value.calculation_properties.items()
        }

    def _aggregations(self, own: str, aggregations: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self._aggregation(own, one) for key, one in aggregations.items()}

    def _aggregation(self, own: str, document: Any) -> Any:
        if not isinstance(document, dict) or not isinstance(document.get("target"), str):
            return document
        target = self.key(self._naming.blueprints, document["target"])
        names = self._naming.properties_of(target)

        def aggregated(spec: Any) -> Any:
            return _changed(
                spec,
                property=lambda one: self._subject(names, one),
                measureTimeBy=lambda one: self._subject(names, one),
            )

        return _changed(
            document,
            target=lambda one: self.word(self._naming.blueprints, one),
            calculationSpec=aggregated,
            query=lambda one: self.query_document(target, one),
            pathFilter=lambda ones: [self._path_filter(own, one) for one in ones],
        )

    def _path_filter(self, own: str, document: Any) -> Any:
        begin = document.get("fromBlueprint")
        start = self.key(self._naming.blueprints, begin) if isinstance(begin, str) else own
        return _changed(
            document,
            fromBlueprint=lambda one: self.word(self._naming.blueprints, one),
            path=lambda steps: self.steps(start, steps),
        )

    def steps(self, start: str, steps: list[str]) -> list[str]:
        """Relations, each of the blueprint that the one before leads to."""
        translated: list[str] = []
        for step in steps:
            names = self._naming.properties_of(start)
            translated.append(self.word(names, step))
            start = self._target(start, self.key(names, step))
        return translated

    def path(self, start: str, path: str) -> str:
        """Relations and a property behind them, joined by dots.

        Names may have dots in them: a property of the whole rest comes first, but not as the whole path;
        then the longest relation.
        """
        steps, rest = list[str](), path
        while (here := self._naming.surroundings.get(start)) is not None:
            names = self._naming.properties_of(start)
            relation = self._relation_before(here, rest, first=not steps)
            if relation is None:
                return ".".join([*steps, self._subject(names, rest)])
            said = self.said(names, relation)
            steps.append(self.word(names, said))
            rest, start = rest[len(said) + 1 :], here.relations[relation].target
        return ".".join([*steps, rest])

    def _relation_before(self, here: Blueprint, rest: str, *, first: bool) -> str | None:
        names = self._naming.properties_of(here.identifier)
        if not first and self.key(names, rest) in here.names:
            return None
        fitting = [key for key in here.relations if rest.startswith(f"{self.said(names, key)}.")]
        return max(fitting, key=lambda key: len(self.said(names, key)), default=None)

    def _target(self, blueprint: str, relation: str) -> str:
        known = self._naming.surroundings.get(blueprint)
        return known.relations[relation].target if known and relation in known.relations else ""

    def _subject(self, names: Names, text: str) -> str:
        return text if text in META_PROPERTIES else self.word(names, text)

    def scorecard(self, value: Scorecard) -> Scorecard:
        """A scorecard with its rules; its own identifier is its key."""
        blueprint = self.key(self._naming.blueprints, value.blueprint)
        levels = self._naming.levels_of(value.identifier)
        return replace(
            value,
            blueprint=self.word(self._naming.blueprints, value.blueprint),
            levels=tuple(replace(one, title=self.word(levels, one.title)) for one in value.levels),
            rules=tuple(self.rule(one, value.identifier, blueprint) for one in value.rules),
            filter=value.filter and self.query(blueprint, value.filter),
        )

    def rule(self, rule: Rule, scorecard: str, blueprint: str) -> Rule:
        """A rule of a scorecard for the blueprint of that key."""
        return replace(
            rule,
            identifier=self.word(self._naming.rules_of(scorecard), rule.identifier),
            level=self.word(self._naming.levels_of(scorecard), rule.level),
            query=self.query(blueprint, rule.query),
        )

    def query(self, blueprint: str, query: Query) -> Query:
        """A query on entities of the blueprint of that key."""
        return replace(query, conditions=tuple(self._part(blueprint, one) for one in query.conditions))

    def _part(self, blueprint: str, part: QueryPart) -> QueryPart:
        return self.query(blueprint, part) if isinstance(part, Query) else self.condition(blueprint, part)

    def condition(self, blueprint: str, condition: Condition) -> Condition:
        """A condition on entities of the blueprint of that key."""
        names = self._naming.properties_of(blueprint)
        return replace(
            condition,
            property=None if condition.property is None else self._subject(names, condition.property),
            relation=None if condition.relation is None else self.word(names, condition.relation),
            value=self.condition_value(names, condition.property, condition.value),
        )

    def query_document(self, blueprint: str, document: Json) -> Json:
        """A query as it is sent, in any of its spellings; what has another shape stays as it is."""
        if not isinstance(document, dict):
            return document
        names, subject = self._naming.properties_of(blueprint), document.get("property")
        return _changed(
            document,
            conditions=lambda parts: [self.query_document(blueprint, one) for one in parts],
            rules=lambda parts: [self.query_document(blueprint, one) for one in parts],
            property=lambda one: self._subject(names, one),
            relation=lambda one: self.word(names, one),
            value=lambda one: self.condition_value(names, subject, one),
        )

    def condition_value(self, names: Names, subject: Json, value: Any) -> Any:
        """What a condition on this subject says it compares with: it may be blueprints, or a property."""
        if isinstance(value, dict) and value.keys() == {"property"} and isinstance(value["property"], str):
            return {"property": self._subject(names, value["property"])}
        return self.compared(subject, value)

    def compared(self, subject: Json, value: Any) -> Any:
        """What a condition on this subject compares: values of the user's own, unless of `$blueprint`."""
        return self._blueprint_value(value) if subject == "$blueprint" else value

    def _blueprint_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._blueprint_value(one) for one in value]
        return self.word(self._naming.blueprints, value) if isinstance(value, str) else value


class ToNames(_Translation):
    """From keys to names."""

    def word(self, names: Names, text: str) -> str:
        """The name of a key."""
        return names.name(text)

    def key(self, _names: Names, text: str) -> str:
        """The key itself."""
        return text

    def said(self, _names: Names, key: str) -> str:
        """The key itself."""
        return key

    def fields(self, names: Names, fields: Mapping[str, Value]) -> dict[str, Value]:
        """The same under names."""
        return names.named(fields)

    def entity(self, entity: Entity) -> Entity:
        """An entity without its scores."""
        names = self._naming.properties_of(entity.blueprint)
        return replace(
            entity,
            blueprint=self._naming.blueprints.name(entity.blueprint),
            properties=names.named(entity.properties),
            relations=names.named(entity.relations),
            derived=names.named(entity.derived),
            reasons={name: _without_marks(text) for name, text in names.named(entity.reasons).items()},
        )


class ToKeys(_Translation):
    """From names to keys."""

    def word(self, names: Names, text: str) -> str:
        """The key of a name."""
        return names.key(text)

    def key(self, names: Names, text: str) -> str:
        """The key of a name."""
        return names.key(text)

    def said(self, names: Names, key: str) -> str:
        """The name of a key."""
        return names.name(key)

    def fields(self, names: Names, fields: Mapping[str, Value]) -> dict[str, Value]:
        """The same under keys."""
        return names.keyed(fields)

    def outline(self, value: Blueprint) -> Blueprint:
        """What paths need of a blueprint: its keys, and where its relations lead."""
        key = self._naming.blueprints.key(value.identifier)
        names = self._naming.properties_of(key)
        return replace(
            value,
            identifier=key,
            schema=replace(value.schema, properties=names.keyed(value.schema.properties)),
            relations=names.keyed({name: self.relation(one) for name, one in value.relations.items()}),
            mirror_properties=names.keyed(value.mirror_properties),
            calculation_properties=names.keyed(value.calculation_properties),
            aggregation_properties=names.keyed(value.aggregation_properties),
        )

    def written(self, sent: EntityInput) -> EntityInput:
        """An entity as it was sent."""
        blueprint = self.key(self._naming.blueprints, sent.blueprint)
        names = self._naming.properties_of(blueprint)
        properties, relations = names.keyed(sent.properties), names.keyed(sent.relations)
        return replace(sent, blueprint=blueprint, properties=properties, relations=relations)


def _changed(document: Any, **changes: Callable[[Any], Any]) -> Any:
    """The document with what it has of these fields changed; what is null stays so."""
    if not isinstance(document, dict):
        return document
    return {
        field: changes[field](value) if field in changes and value is not None else value
        for field, value in document.items()
    }


def _renamed(program: str, moved: Mapping[str, str], relations: Collection[str]) -> str:
    """A calculation in which all of these are called otherwise, at once: two may change their names."""
    waiting = {old: (new, old in relations) for old, new in moved.items()}
    aside = (name for place in count() if (name := f"renamed_{place}") not in program)
    while waiting:
        old = next((old for old, (new, _) in waiting.items() if new not in waiting), None)
        if old is None:  # they go in a circle: one steps aside
            old, passing = next(iter(waiting)), next(aside)
            new, is_relation = waiting.pop(old)
            waiting[passing] = new, is_relation
            new = passing
        else:
            new, is_relation = waiting.pop(old)
        program = (rename_relation if is_relation else rename_property)(program, old, new)
    return program


def _without_marks(text: str) -> str:
    """A text for people as it was kept: what it names may be called otherwise by now."""
    return _MARKED.sub("", text) if MARK in text else text


def told_blueprint(stored: Versioned[Blueprint], naming: Naming) -> Blueprint:
    """A stored blueprint as people read it."""
    if naming.plain and stored.names.plain:
        return stored.value
    return ToNames(naming.around(stored.value)).blueprint(stored.value)


def told_scorecard(stored: Versioned[Scorecard], naming: Naming) -> Scorecard:
    """A stored scorecard as people read it."""
    if naming.plain and stored.names.plain:
        return stored.value
    return ToNames(naming).scorecard(stored.value)


def told_rule(rule: Rule, scorecard: Scorecard, naming: Naming) -> Rule:
    """A rule of a stored scorecard as people read it."""
    if naming.plain and MARK not in rule.identifier + rule.level:
        return rule
    return ToNames(naming).rule(rule, scorecard.identifier, scorecard.blueprint)


def told_entity(entity: Entity, naming: Naming) -> Entity:
    """A stored entity as people read it; its scores stay as they are."""
    if naming.plain and MARK not in "".join(entity.properties):  # what came after the naming does not show
        return entity
    return ToNames(naming).entity(entity)
