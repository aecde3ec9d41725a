"""Judging queries: conditions against the blueprint's properties and the installed operators.

What is in the right shape is judged even where something beside it is not, so that all comes at once.
"""

from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

from msgspec import UNSET

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.documents import to_condition, to_query
from levelmark.domain.failure import failure_text
from levelmark.domain.instant import instant
from levelmark.domain.issue import Issue, Path, has_errors, nearest
from levelmark.domain.json import TYPES, Json, JsonType, json_issues
from levelmark.domain.operator import Operator
from levelmark.domain.query import MAX_DEPTH, OPPOSITES, Condition, Query
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.right_sides import right_side_issues
from levelmark.engine.validation.shape import Shape
from levelmark.engine.validation.shapes import CONDITION, QUERY
from levelmark.engine.validation.wording import LONGEST, coerced, lacking, listed, shown, type_names

MAX_CONDITIONS: Final = 500
"""Conditions of one query, those of the queries inside included, at most."""

_SHAPE: Final = Shape(QUERY)
_CONDITION_SHAPE: Final = Shape(CONDITION)
_ALWAYS_THERE: Final = frozenset({"$identifier", "$blueprint", "$createdAt", "$updatedAt"})


def read_query(
    document: Json, blueprint: Blueprint, operators: Mapping[str, Operator], path: Path = ()
) -> Checked[Query]:
    """The query of a document, judged against the entities it is for."""
    issues = [*json_issues(document, path)]
    if not issues:
        issues = [*_SHAPE.issues(document, path), *query_issues(document, blueprint, operators, path)]
    return Checked(None if has_errors(issues) else to_query(document), tuple(issues))


def query_issues(
    document: Json, blueprint: Blueprint | None, operators: Mapping[str, Operator], path: Path
) -> Iterator[Issue]:
    """Everything wrong or suspect with those parts of a query whose shape is right.

    Without a blueprint, properties and relations are not judged.
    """
    count = _count(document)
    if count > MAX_CONDITIONS:
        message = f"has {count:,} conditions, those of the queries inside included; at most {MAX_CONDITIONS}"
        yield Issue.error(path, "TOO_MANY", f"{message} are allowed: move some into another rule")
        return
    yield from _parts_issues(document, blueprint, operators, path, depth=1)


def _parts(document: Json) -> list[Json]:
    parts = document.get("conditions") if isinstance(document, dict) else None
    return parts if isinstance(parts, list) else []


def _is_query(part: Json) -> bool:
    return isinstance(part, dict) and ("combinator" in part or "conditions" in part)


def _count(document: Json) -> int:
    return sum(_count(part) if _is_query(part) else 1 for part in _parts(document))


def _parts_issues(
    document: Json, blueprint: Blueprint | None, operators: Mapping[str, Operator], path: Path, depth: int
) -> Iterator[Issue]:
    if depth > MAX_DEPTH:
        message = f"queries may be nested {MAX_DEPTH} deep at most; join conditions of the same combinator"
        yield Issue.error(path, "TOO_DEEP", message)
        return
    for index, part in enumerate(_parts(document)):
        here = (*path, "conditions", index)
        if _is_query(part):
            yield from _parts_issues(part, blueprint, operators, here, depth + 1)
        elif _CONDITION_SHAPE.fits(part):
            yield from _condition_issues(to_condition(part), blueprint, operators, here)


def _condition_issues(
    condition: Condition, blueprint: Blueprint | None, operators: Mapping[str, Operator], path: Path
) -> Iterator[Issue]:
    types = yield from _subject_issues(condition, blueprint, path)
    operator = operators.get(condition.operator)
    if operator is None:
        suggestion = nearest(condition.operator, operators)
        message = f"no installed plugin provides the operator `{condition.operator}`"
        message += "" if suggestion else f"; there are {listed(operators)}"
        yield Issue.error((*path, "operator"), "UNKNOWN_OPERATOR", message, suggestion)
        return
    yield from _negation_issues(condition, path)
    if types is None or blueprint is None:
        yield from _value_issues(condition, operator, frozenset(JsonType), blueprint, path)
    elif not _takes(operator, condition, types):
        taken = "points in time" if operator.reads_instants else type_names(operator.types)
        message = f"`{operator.name}` takes {taken}; `{condition.subject()}` is {type_names(types)}"
        yield Issue.error((*path, "operator"), "OPERATOR_TYPE", message)
    else:
        wrong = [*_value_issues(condition, operator, types, blueprint, path)]
        yield from wrong
        if not has_errors(wrong):
            yield from _meaning_issues(condition, operator, blueprint, path)


def _takes(operator: Operator, condition: Condition, types: frozenset[JsonType]) -> bool:
    if condition.relation is None:
        return bool(types & operator.types)
    # It is asked about the identifiers that a relation points at, or about the list of them.
    return not operator.reads_instants and bool(operator.types & {JsonType.STRING, JsonType.ARRAY})


def _negation_issues(condition: Condition, path: Path) -> Iterator[Issue]:
    if condition.negated is not UNSET and condition.operator not in OPPOSITES:
        message = f"`not` goes with {' and '.join(f'`{name}`' for name in OPPOSITES)} only"
        yield Issue.error((*path, "not"), "NOT_ALLOWED", f"{message}: leave it out, or choose the opposite")


def _subject_issues(
    condition: Condition, blueprint: Blueprint | None, path: Path
) -> Generator[Issue, None, frozenset[JsonType] | None]:
    """What is wrong with the left side; its types, where they are known."""
    if (condition.property is None) == (condition.relation is None):
        yield Issue.error(path, "SUBJECT", "must have `property` or `relation`, and only one of them")
        return None
    if blueprint is None:
        return None
    if condition.property is not None:
        return (yield from _property_issues(condition.property, blueprint, (*path, "property")))
    relation = blueprint.relations.get(condition.relation or "")
    if relation is not None:
        return frozenset({JsonType.STRING})
    name = condition.relation or ""
    message = lacking(blueprint.identifier, "relation", name, blueprint.relations)
    suggestion = nearest(name, blueprint.relations)
    yield Issue.error((*path, "relation"), "UNKNOWN_RELATION", message, suggestion)
    return None


def _property_issues(
    name: str, blueprint: Blueprint, path: Path
) -> Generator[Issue, None, frozenset[JsonType] | None]:
    if name in blueprint.names:
        return blueprint.types(name)
    own = [known for known in blueprint.names if known not in META_PROPERTIES]
    message = lacking(blueprint.identifier, "property", name, own)
    yield Issue.error(path, "UNKNOWN_PROPERTY", message, nearest(name, blueprint.names))
    return None


def _value_issues(
    condition: Condition,
    operator: Operator,
    types: frozenset[JsonType],
    blueprint: Blueprint | None,
    path: Path,
) -> Iterator[Issue]:
    here, value = (*path, "value"), condition.value
    if operator.value_schema is None:
        if value is not UNSET and value is not None:
            yield Issue.warning(here, "VALUE_IGNORED", f"`{operator.name}` takes no value; leave it out")
        return
    if value is UNSET:
        yield Issue.error(here, "REQUIRED", f"`{operator.name}` needs a value")
        return
    if condition.value_property() is not None:
        if blueprint is not None:
            yield from right_side_issues(condition, operator, types, blueprint, path)
        return
    wrong = list(Shape(operator.value_schema).issues(value, here))
    yield from wrong or _judged(operator, value, here)
    if not wrong and operator.value_of_property_type and TYPES.get(type(value)) not in types:
        message = f"`{condition.subject()}` is {type_names(types)}, and {shown(value)} is {_type(value)}"
        yield Issue.error(here, "WRONG_TYPE", message, coerced(value, types))


def _judged(operator: Operator, value: Json, path: Path) -> Iterator[Issue]:
    """What the operator itself finds wrong with a value; whatever it does meanwhile is contained."""
    if operator.judge is None:
        return
    try:
        yield from [*operator.judge(value, path)]
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit included
        message = f"operator `{operator.name}` could not judge the value: it raised {failure_text(error)}"
        yield Issue.error(path, "INVALID", message[:LONGEST])


def _meaning_issues(
    condition: Condition, operator: Operator, blueprint: Blueprint, path: Path
) -> Iterator[Issue]:
    name, value = condition.property, condition.value
    if name is None:
        return
    if operator.reads_instants and not blueprint.is_instant(name):
        message = (
            f"`{name}` is not declared as a date or a date-time; where it holds none, this is a type mismatch"
        )
        yield Issue.warning((*path, "property"), "NOT_A_DATE", message)
    schema = blueprint.schema.properties.get(name, {})
    if operator.instants and blueprint.is_instant(name) and isinstance(value, str) and instant(value) is None:
        example = "2026-01-31" if schema.get("format") == "date" else "2026-01-31T12:00:00Z"
        message = f"`{name}` is a point in time, and {shown(value)} is not: write {example}"
        yield Issue.error((*path, "value"), "BAD_FORMAT", message)
    options = schema.get("enum") if condition.value_property() is None else None
    if operator.value_of_property_type and isinstance(options, list) and value not in options:
        message = f"{shown(value)} is none of the values that `{name}` can have"
        yield Issue.warning((*path, "value"), "NOT_IN_ENUM", message, nearest(value, map(str, options)))
    yield from _constant_issues(name, condition, blueprint, path)


def _constant_issues(name: str, condition: Condition, blueprint: Blueprint, path: Path) -> Iterator[Issue]:
    # Only of `isEmpty` and `isNotEmpty` is it known what they say of a value that is there.
    if condition.operator not in OPPOSITES or not _always_there(name, blueprint):
        return
    verdict = "true" if condition.asked() == "isNotEmpty" else "false"
    yield Issue.warning(path, "ALWAYS", f"`{name}` is never empty, so this is always {verdict}")


def _always_there(name: str, blueprint: Blueprint) -> bool:
    if name in _ALWAYS_THERE or _counts(name, blueprint):
        return True
    scalar = blueprint.types(name) <= {JsonType.NUMBER, JsonType.BOOLEAN}
    return scalar and blueprint.requires(name)


def _counts(name: str, blueprint: Blueprint) -> bool:
    # Counts and sums of no entities are 0, which is not empty.
    aggregation = blueprint.aggregation_properties.get(name)
    specification = aggregation.get("calculationSpec") if isinstance(aggregation, dict) else None
    return isinstance(specification, dict) and specification.get("func") in ("count", "sum")


def _type(value: Any) -> str:
    return TYPES[type(value)] if value is not None else "null"
