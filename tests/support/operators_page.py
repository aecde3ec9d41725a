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

- `{"property": "minReplicas"}` in the place of a value is what the entity itself has there. An entity that
  has nothing there counts as one that has nothing on the left.
- A `relation` on the left stands for the identifiers that it points at. An operator that takes lists is given
  the list of a relation to many; any other one is true where it is true of any member, a negative one (`!=`,
  `doesNot…`) where it is true of all of them. A relation that points at nothing is absent.
- `"not": true` beside `isEmpty` or `isNotEmpty` turns it round.
- Where a verdict depends on the time, results change when their time comes, without a write.

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
    if operator.timed:
        yield "- The verdict depends on the time."
    yield f"- Of a property that is absent or null: {_MISSING[operator.missing]}\n"
    for example in operator.examples:
        yield f"    {_case(operator, example)}"
    yield ""


def _case(operator: Operator, example: Example) -> str:
    value = "" if operator.value_schema is None else f" {json.dumps(example.value)}"
    now = f"  at {example.now}" if example.now else ""
    return f"{json.dumps(example.actual)} {operator.name}{value}  is {str(example.verdict).lower()}{now}"


if __name__ == "__main__":
    PAGE.write_text(page(levelmark_operators()), encoding="utf-8")
