"""Parameters of reports: those of the GraphQL fields, by the same names."""

from typing import Any

import pytest

from levelmark.domain.errors import InvalidInputError
from levelmark.graphql.inputs.entity import EntityFilterInput
from levelmark.graphql.inputs.filters import RuleResultFilterInput
from levelmark.graphql.inputs.rollups import RollupDimensionInput
from levelmark.graphql.inputs.trends import TagInput
from levelmark.graphql.schema import build_schema
from levelmark.graphql.types.enums import Result, RollupDimension
from levelmark.server.reports.parameters import Arguments

SCHEMA = build_schema()
RESULTS = Arguments(SCHEMA, "ruleResults", without=("first", "after"))
ROLLUP = Arguments(SCHEMA, "rollup", without=("first", "after"))
TREND = Arguments(SCHEMA, "trend")


def test_what_a_filter_has_stands_beside_it_or_in_it() -> None:
    sent = {"teams": ["red", "blue"], "result": ["PASSED"], "filter": ['{"scorecard": "q"}']}
    expected = RuleResultFilterInput(teams=["red", "blue"], result=Result.PASSED, scorecard="q")
    assert RESULTS.read(sent)["filter"] == expected
    assert RESULTS.read({})["filter"] is None


def test_inputs_are_json_or_short() -> None:
    sent = {"by": ["TEAM", "property:tier", '{"relation": "on"}'], "search": ["go"]}
    found = ROLLUP.read(sent)
    assert found["by"] == [
        RollupDimensionInput(dimension=RollupDimension.TEAM),
        RollupDimensionInput(property="tier"),
        RollupDimensionInput(relation="on"),
    ]
    assert found["filter"] == EntityFilterInput(search="go")
    assert ROLLUP.read({})["by"] == []


def test_numbers_and_names_are_read_as_the_field_has_them() -> None:
    sent = {
        "interval": ["DAY"],
        "from": ["2026-01-01T00:00:00Z"],
        "every": ["2"],
        "groupBy": ["property:$team"],
    }
    found = TREND.read(sent, also=["format"])
    assert (found["from_"], found["every"], found["first"]) == ("2026-01-01T00:00:00Z", 2, 50)
    assert found["group_by"] == [TagInput(property="$team")]


@pytest.mark.parametrize(
    ("arguments", "sent", "told"),
    [
        (RESULTS, {"team": ["red"]}, "there is no parameter `team` (did you mean `teams`?)"),
        (RESULTS, {"first": ["5"]}, "there is no parameter `first`"),
        (RESULTS, {"result": ["GOOD"]}, "`filter`: Value 'GOOD' does not exist in 'Result' enum."),
        (RESULTS, {"entity": ["a", "b"]}, "the parameter `entity` stands there 2 times; it takes one value"),
        (RESULTS, {"filter": ["{"]}, "`filter` is no JSON"),
        (RESULTS, {"filter": ["red"]}, "`filter` is JSON, or one of blueprint, entity"),
        (ROLLUP, {"by": ["COLOUR"]}, "`by`: Value 'COLOUR' does not exist"),
        (ROLLUP, {"by": ["[]"]}, "`by`: Value '[]' does not exist"),
        (TREND, {"from": ["2026-01-01T00:00:00Z"]}, "the parameter `interval` is missing"),
        (TREND, {"interval": ["DAY"], "from": ["x"], "every": ["two"]}, "`every` is no JSON"),
        (TREND, {"interval": ["DAY"], "from": ["x"], "every": ["1.5"]}, "`every`: Int cannot represent"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: Arguments, sent: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        arguments.read(sent)
    assert told in str(refused.value)
