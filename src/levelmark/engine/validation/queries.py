"""Judging queries: conditions against the blueprint's properties and the installed operators."""

from collections.abc import Generator, Iterator, Mapping
from typing import Final

from msgspec import UNSET

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.documents import to_query
from levelmark.domain.instant import instant
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import TYPES, Json, JsonType, json_issues
from levelmark.domain.operator import Missing, Operator
from levelmark.domain.query import MAX_DEPTH, Condition, Query
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import QUERY

MAX_CONDITIONS: Final = 500
"""Conditions of one query, those of the queries inside included, at most."""

_SHAPE: Final = Shape(QUERY)
_ALWAYS_THERE: Final = frozenset({"$identifier", "$blueprint", "$createdAt", "$updatedAt"})


def read_query(
    document: Json, blueprint: Blueprint, operators: Mapping[str, Operator], path: Path = ()
) -> Checked[Query]:
    """The query of a document, judged against the entities it is for."""
    issues = [*json_issues(document, path)] or [*_SHAPE.issues(document, path)]
    if has_errors(issues):
        return Checked(None, tuple(issues))
    query = to_query(document)
    issues += query_issues(query, blueprint, operators, path)
    return Checked(None if has_errors(issues) else query, tuple(issues))


def query_issues(
    query: Query, blueprint: Blueprint, operators: Mapping[str, Operator], path: Path
) -> Iterator[Issue]:
    """Everything wrong or suspect with a query whose shape is right."""
    if sum(1 for _ in query.leaves()) > MAX_CONDITIONS:
        yield Issue.error(path, "TOO_MANY", f"a query has at most {MAX_CONDITIONS} conditions")
    yield from _part_issues(query, blueprint, operators, path, depth=1)


def _part_issues(
    query: Query, blueprint: Blueprint, operators: Mapping[str, Operator], path: Path, depth: int
) -> Iterator[Issue]:
    if depth > MAX_DEPTH:
        yield Issue.error(path, "TOO_DEEP", f"queries may be nested {MAX_DEPTH} deep at most")
        return
    for index, part in enumerate(query.conditions):
        here = (*path, "conditions", index)
        if isinstance(part, Query):
            yield from _part_issues(part, blueprint, operators, here, depth + 1)
        else:
            yield from _condition_issues(part, blueprint, operators, here)


def _condition_issues(
    condition: Condition, blueprint: Blueprint, operators: Mapping[str, Operator], path: Path
) -> Iterator[Issue]:
    types = yield from _subject_issues(condition, blueprint, path)
    operator = operators.get(condition.operator)
    if operator is None:
        yield Issue.error(
            (*path, "operator"),
            "UNKNOWN_OPERATOR",
            f"no installed plugin provides the operator `{condition.operator}`",
            nearest(condition.operator, operators),
        )
        return
    if types is None:
        yield from _value_issues(condition, operator, frozenset(JsonType), path)
    elif not types & operator.types:
        yield Issue.error(
            (*path, "operator"),
            "OPERATOR_TYPE",
            f"`{operator.name}` takes {_listed(operator.types)}; `{condition.subject()}` is {_listed(types)}",
        )
    else:
        yield from _value_issues(condition, operator, types, path)
        yield from _meaning_issues(condition, operator, blueprint, path)


def _subject_issues(
    condition: Condition, blueprint: Blueprint, path: Path
) -> Generator[Issue, None, frozenset[JsonType] | None]:
    if (condition.property is None) == (condition.relation is None):
        yield Issue.error(path, "SUBJECT", "a condition has either `property` or `relation`")
        return None
    if condition.property is not None:
        return (yield from _property_issues(condition.property, blueprint, (*path, "property")))
    relation = blueprint.relations.get(condition.relation or "")
    if relation is not None:
        return frozenset({JsonType.ARRAY if relation.many else JsonType.STRING})
    yield Issue.error(
        (*path, "relation"),
        "UNKNOWN_RELATION",
        f"blueprint `{blueprint.identifier}` has no relation `{condition.relation}`",
        nearest(condition.relation, blueprint.relations),
    )
    return None


def _property_issues(
    name: str, blueprint: Blueprint, path: Path
) -> Generator[Issue, None, frozenset[JsonType] | None]:
    if name in blueprint.derived:
        yield Issue.warning(path, "NOT_CALCULATED", f"`{name}` is not calculated yet and has no data")
        return None
    if name in META_PROPERTIES or name in blueprint.schema.properties:
        return blueprint.types(name)
    yield Issue.error(
        path,
        "UNKNOWN_PROPERTY",
        f"blueprint `{blueprint.identifier}` has no property `{name}`",
        nearest(name, blueprint.names),
    )
    return None


def _value_issues(
    condition: Condition, operator: Operator, types: frozenset[JsonType], path: Path
) -> Iterator[Issue]:
    here, value = (*path, "value"), condition.value
    if operator.value_schema is None:
        if value is not UNSET and value is not None:
            yield Issue.warning(here, "VALUE_IGNORED", f"`{operator.name}` takes no value")
        return
    if value is UNSET:
        yield Issue.error(here, "REQUIRED", f"`{operator.name}` needs a value")
        return
    wrong = list(Shape(operator.value_schema).issues(value, here))
    yield from wrong
    if not wrong and operator.value_of_property_type and TYPES[type(value)] not in types:
        yield Issue.error(
            here,
            "WRONG_TYPE",
            f"`{condition.subject()}` is {_listed(types)}, and {_shown(value)} is {TYPES[type(value)]}",
            _coerced(value, types),
        )


def _meaning_issues(
    condition: Condition, operator: Operator, blueprint: Blueprint, path: Path
) -> Iterator[Issue]:
    name, value = condition.property, condition.value
    if name is None:
        return
    if operator.instants and blueprint.is_instant(name) and isinstance(value, str) and instant(value) is None:
        yield Issue.error(
            (*path, "value"),
            "BAD_FORMAT",
            f"`{name}` is a point in time, and {_shown(value)} is not: write 2026-01-31T12:00:00Z",
        )
    options = blueprint.schema.properties.get(name, {}).get("enum")
    if operator.value_of_property_type and isinstance(options, list) and value not in options:
        yield Issue.warning(
            (*path, "value"),
            "NOT_IN_ENUM",
            f"{_shown(value)} is none of the values that `{name}` can have",
            nearest(value, map(str, options)),
        )
    if operator.value_schema is None and _always_there(name, blueprint):
        verdict = {Missing.FALSE: "true", Missing.TRUE: "false"}.get(operator.missing)
        if verdict:
            yield Issue.warning(path, "ALWAYS", f"`{name}` is never empty, so this is always {verdict}")


def _always_there(name: str, blueprint: Blueprint) -> bool:
    if name in _ALWAYS_THERE:
        return True
    scalar = blueprint.types(name) <= {JsonType.NUMBER, JsonType.BOOLEAN}
    return scalar and name in blueprint.schema.required


def _listed(types: frozenset[JsonType]) -> str:
    return " or ".join(sorted(types))


def _shown(value: Json) -> str:
    return f'"{value[:60]}"' if isinstance(value, str) else f"`{value!s:.60}`"


def _coerced(value: Json, types: frozenset[JsonType]) -> str | None:
    if isinstance(value, str) and JsonType.BOOLEAN in types and value.lower() in {"true", "false"}:
        return value.lower()
    if isinstance(value, str) and JsonType.NUMBER in types and value.replace(".", "", 1).isdigit():
        return value
    if JsonType.STRING in types and not isinstance(value, list | dict):
        return f'"{str(value).lower() if isinstance(value, bool) else value}"'
    return None
