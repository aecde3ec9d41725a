"""Translating what is asked of entities: queries, and the scorecards that they stand in."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from levelmark.domain.blueprint import META_PROPERTIES
from levelmark.domain.json import Json
from levelmark.domain.naming import Names, Naming
from levelmark.domain.query import Condition, Query, QueryPart
from levelmark.domain.scorecard import Rule, Scorecard

Value = TypeVar("Value")


class QueryTranslation(ABC):
    """One direction; `naming` is that of the moment, with what is being written already in it."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming

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

    def subject(self, names: Names, text: str) -> str:
        """A property that a condition names; meta-properties are called the same everywhere."""
        return text if text in META_PROPERTIES else self.word(names, text)

    def scorecard(self, value: Scorecard) -> Scorecard:
        """A scorecard with its rules; its own identifier is its key."""
        blueprint = self.key(self.naming.blueprints, value.blueprint)
        levels = self.naming.levels_of(value.identifier)
        return replace(
            value,
            blueprint=self.word(self.naming.blueprints, value.blueprint),
            levels=tuple(replace(one, title=self.word(levels, one.title)) for one in value.levels),
            rules=tuple(self.rule(one, value.identifier, blueprint) for one in value.rules),
            filter=value.filter and self.query(blueprint, value.filter),
        )

    def rule(self, rule: Rule, scorecard: str, blueprint: str) -> Rule:
        """A rule of a scorecard for the blueprint of that key."""
        return replace(
            rule,
            identifier=self.word(self.naming.rules_of(scorecard), rule.identifier),
            level=self.word(self.naming.levels_of(scorecard), rule.level),
            query=self.query(blueprint, rule.query),
        )

    def query(self, blueprint: str, query: Query) -> Query:
        """A query on entities of the blueprint of that key."""
        return replace(query, conditions=tuple(self._part(blueprint, one) for one in query.conditions))

    def _part(self, blueprint: str, part: QueryPart) -> QueryPart:
        return self.query(blueprint, part) if isinstance(part, Query) else self.condition(blueprint, part)

    def condition(self, blueprint: str, condition: Condition) -> Condition:
        """A condition on entities of the blueprint of that key."""
        names = self.naming.properties_of(blueprint)
        return replace(
            condition,
            property=None if condition.property is None else self.subject(names, condition.property),
            relation=None if condition.relation is None else self.word(names, condition.relation),
            value=self.condition_value(names, condition.property, condition.value),
        )

    def query_document(self, blueprint: str, document: Json) -> Json:
        """A query as it is sent, in any of its spellings; what has another shape stays as it is."""
        if not isinstance(document, dict):
            return document
        names, subject = self.naming.properties_of(blueprint), document.get("property")
        return changed(
            document,
            conditions=lambda parts: [self.query_document(blueprint, one) for one in parts],
            rules=lambda parts: [self.query_document(blueprint, one) for one in parts],
            property=lambda one: self.subject(names, one),
            relation=lambda one: self.word(names, one),
            value=lambda one: self.condition_value(names, subject, one),
        )

    def condition_value(self, names: Names, subject: Json, value: Any) -> Any:
        """What a condition on this subject says it compares with: it may be blueprints, or a property."""
        if isinstance(value, dict) and value.keys() == {"property"} and isinstance(value["property"], str):
            return {"property": self.subject(names, value["property"])}
        return self.compared(subject, value)

    def compared(self, subject: Json, value: Any) -> Any:
        """What a condition on this subject compares: values of the user's own, unless of `$blueprint`."""
        return self._blueprint_value(value) if subject == "$blueprint" else value

    def _blueprint_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._blueprint_value(one) for one in value]
        return self.word(self.naming.blueprints, value) if isinstance(value, str) else value


def changed(document: Any, **changes: Callable[[Any], Any]) -> Any:
    """The document with what it has of these fields changed; what is null stays so."""
    if not isinstance(document, dict):
        return document
    return {
        field: changes[field](value) if field in changes and value is not None else value
        for field, value in document.items()
    }
