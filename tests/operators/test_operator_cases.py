"""The operators' cases: what each says of which values, as data in `cases/`.

A file maps operators (several at once, with spaces between) to cases. A case has an `id`, the entity's
`actual` (none: the property is missing), the rule's `value`, and what the condition `is`: `true`, `false`,
`no data` and more (missing, for that reason) or `type mismatch` (false). `actuals` and `values` stand for
every combination. `now` is the present, `until` when the verdict may change next. `schema` is the property's
own; `property`, `relation` and `entity` replace the property `it` of a bare entity, `blueprint` adds to the
bare one.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from levelmark.domain.documents import to_blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.instant import NEVER, instant
from levelmark.domain.query import Condition, Query
from levelmark.engine.explain import Probes
from levelmark.engine.generate import generate
from levelmark.engine.present import Present
from levelmark.engine.truth import Truth
from levelmark.operators import levelmark_operators

OPERATORS = {operator.name: operator for operator in levelmark_operators()}
NOW = "2026-01-01T00:00:00.000Z"
KINDS = {
    str: "string", int: "integer", float: "float", bool: "boolean", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip
MISSING: Any = object()


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a file, already of one operator, one actual and one value."""

    operator: str
    id: str
    is_: bool | str = msgspec.field(name="is")
    actual: Any = MISSING
    value: Any = msgspec.UNSET
    schema: dict[str, Any] = {}
    property_: str | None = msgspec.field(name="property", default=None)
    relation: str | None = None
    entity: dict[str, Any] = {}
    blueprint: dict[str, Any] = {}
    now: str = NOW
    until: str | None = None
    not_: bool | msgspec.UnsetType = msgspec.field(name="not", default=msgspec.UNSET)

    @property
    def verdict(self) -> tuple[Truth, str | None]:
        if isinstance(self.is_, bool):
            return (Truth.TRUE if self.is_ else Truth.FALSE), None
        return (Truth.FALSE if self.is_ == "type mismatch" else Truth.MISSING), self.is_

    @property
    def condition(self) -> Condition:
        name = self.property_ if self.property_ or self.relation else "it"
        return Condition(
            self.operator, property=name, relation=self.relation, value=self.value, negated=self.not_
        )

    @property
    def subject(self) -> Entity:
        given = {} if self.actual is MISSING else {"properties": {"it": self.actual}}
        return msgspec.convert({"blueprint": "thing", "identifier": "one", **given, **self.entity}, Entity)

    @property
    def name(self) -> str:
        actual = "" if self.actual is MISSING else f"{self.actual!r} "
        value = "" if self.value is msgspec.UNSET else f" {self.value!r}"
        return f"{self.id}: {actual}{self.operator}{value}"


def read() -> Iterator[Case]:
    for path in sorted(Path(__file__).parent.joinpath("cases").glob("*.yaml")):
        for operators, cases in yaml.safe_load(path.read_text("utf-8")).items():
            for operator, case in product(operators.split(), cases):
                yield from expanded({"operator": operator, **case})


def expanded(case: dict[str, Any]) -> Iterator[Case]:
    singles = {
        key: value for key, value in case.items() if key not in {"actual", "actuals", "value", "values"}
    }
    for actual, value in product(alternatives(case, "actual"), alternatives(case, "value")):
        yield msgspec.convert({**singles, **actual, **value}, Case)


def alternatives(case: dict[str, Any], key: str) -> list[dict[str, Any]]:
    if f"{key}s" in case:
        return [{key: one} for one in case[f"{key}s"]]
    return [{key: case[key]}] if key in case else [{}]


CASES = tuple(read())


def probes(case: Case) -> Probes:
    schema = {"properties": {"it": case.schema, **case.blueprint.get("properties", {})}}
    others = {key: value for key, value in case.blueprint.items() if key != "properties"}
    blueprint = to_blueprint({"identifier": "thing", "title": "Thing", "schema": schema, **others})
    return Probes(Query("and", (case.condition,)), blueprint, OPERATORS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_interpreter_and_generated_function_agree_with_the_case(case: Case) -> None:
    present, until = Present.at(case.now), instant(case.until)
    [explained] = probes(case).explain(case.subject, present.now).leaves()
    assert (explained.truth, explained.verdict.reason) == case.verdict
    assert generate([probes(case)])(case.subject, {}, None, present) == (explained.truth,)
    assert present.end == until
    assert explained.until == (NEVER if until is None else until)


def test_every_operator_meets_every_type_on_both_sides() -> None:
    met = {
        (case.operator, "missing" if case.actual is MISSING else KINDS[type(case.actual)],
         KINDS[type(case.value)])
        for case in CASES
        if case.value is not msgspec.UNSET and not case.property_ and not case.relation and not case.blueprint
    }  # fmt: skip
    assert set(product(OPERATORS, [*KINDS.values(), "missing"], KINDS.values())) - met == set()


def test_ids_tell_the_cases_apart() -> None:
    names = [(case.name, repr(case.entity)) for case in CASES]
    assert len(names) == len(set(names))
