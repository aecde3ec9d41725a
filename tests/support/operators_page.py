"""The page `docs/operators.md`, made from the operators: `python -m tests.support.operators_page`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from levelmark.domain.operator import Example, Missing, Operator
from levelmark.operators import levelmark_operators

PAGE: Final = Path(__file__).parents[2] / "docs" / "operators.md"

_HEAD: Final = """# The built-in operators

The entity's value stands on the left, the rule's on the right: `open_incidents < 5`. Values are compared
without coercion. A value of a type that an operator does not take is false, with the reason `type mismatch`.
More operators come as [plugins](plugins.md); `levelmark plugins` lists what is installed.

This page is made from the operators themselves.
"""
_MISSING: Final = {
    Missing.MISSING: "missing: the rule has no data",
    Missing.TRUE: "true",
    Missing.FALSE: "false",
}


def page(operators: Iterable[Operator]) -> str:
    """The page's text."""
    return "\n".join([_HEAD, *(line for operator in operators for line in _section(operator))])


def _section(operator: Operator) -> Iterator[str]:
    yield f"## `{operator.name}`\n"
    yield f"{operator.description}\n"
    yield f"- Property types: {', '.join(sorted(operator.types))}"
    schema = "none" if operator.value_schema is None else f"`{json.dumps(dict(operator.value_schema))}`"
    yield f"- The rule's value: {schema}"
    yield f"- Of a property that is absent or null: {_MISSING[operator.missing]}\n"
    for example in operator.examples:
        yield f"    {_case(operator, example)}"
    yield ""


def _case(operator: Operator, example: Example) -> str:
    value = "" if operator.value_schema is None else f" {json.dumps(example.value)}"
    return f"{json.dumps(example.actual)} {operator.name}{value}  is {str(example.verdict).lower()}"


if __name__ == "__main__":
    PAGE.write_text(page(levelmark_operators()), encoding="utf-8")
