"""Judging right sides: a property in the place of a rule's value, against the left side and the operator."""

from collections.abc import Iterator

from levelmark.domain.blueprint import META_PROPERTIES, Blueprint
from levelmark.domain.issue import Issue, Path, nearest
from levelmark.domain.json import JsonType
from levelmark.domain.operator import Operator
from levelmark.domain.query import Condition
from levelmark.engine.validation.wording import lacking, type_names


def right_side_issues(
    condition: Condition, operator: Operator, left: frozenset[JsonType], blueprint: Blueprint, path: Path
) -> Iterator[Issue]:
    """What is wrong or suspect with a condition whose value is `{"property": …}`; `left` are its types."""
    here, name = (*path, "value", "property"), condition.value_property() or ""
    if name not in blueprint.names:
        own = [known for known in blueprint.names if known not in META_PROPERTIES]
        message = lacking(blueprint.identifier, "property", name, own)
        yield Issue.error(here, "UNKNOWN_PROPERTY", message, nearest(name, blueprint.names))
        return
    right = blueprint.types(name)
    wrong = _wrong_type(condition, operator, left, right, blueprint)
    if wrong:
        yield Issue.error(here, "WRONG_TYPE", wrong)
    elif name == condition.property:
        message = f"`{name}` is compared with itself, so this is the same wherever there is a value"
        yield Issue.warning(path, "ALWAYS", message)


def _wrong_type(
    condition: Condition,
    operator: Operator,
    left: frozenset[JsonType],
    right: frozenset[JsonType],
    blueprint: Blueprint,
) -> str | None:
    name, subject = condition.value_property() or "", condition.subject()
    if not right & operator.value_types:
        taken = type_names(operator.value_types)
        return f"`{operator.name}` takes {taken} there; `{name}` is {type_names(right)}"
    if (operator.same_type or operator.value_of_property_type) and not left & right:
        return f"`{subject}` is {type_names(left)}, and `{name}` is {type_names(right)}"
    if operator.instants:
        return _mixed(condition, blueprint)
    if operator.reads_instants and blueprint.is_instant(name):
        return f"`{operator.name}` takes no point in time there, and `{name}` is one"
    return None


def _mixed(condition: Condition, blueprint: Blueprint) -> str | None:
    name, subject = condition.value_property() or "", condition.subject()
    left = condition.property is not None and blueprint.is_instant(condition.property)
    if left is blueprint.is_instant(name):
        return None
    one, other = (subject, name) if left else (name, subject)
    return f"`{one}` is a point in time, and `{other}` is not declared as one"
