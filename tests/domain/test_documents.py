"""Documents: what was sent is what is read back, and an unset field stays out."""

import pytest

from levelmark.domain.documents import to_document, to_query
from levelmark.domain.json import Json


@pytest.mark.parametrize(
    "condition",
    [
        {"operator": "isEmpty", "property": "x"},
        {"operator": "isEmpty", "property": "x", "not": True},
        {"operator": "isNotEmpty", "relation": "owner", "not": False},
        {"operator": "<", "property": "x", "value": {"property": "y"}},
        {"operator": "between", "property": "x", "value": {"preset": "today", "timeZone": "UTC"}},
    ],
)
def test_a_condition_is_read_back_as_it_was_sent(condition: dict[str, Json]) -> None:
    document = {"combinator": "and", "conditions": [condition]}
    assert to_document(to_query(document)) == document


def test_a_null_in_the_place_of_not_counts_as_left_out() -> None:
    sent = {"operator": "isEmpty", "property": "x"}
    read = to_query({"combinator": "or", "conditions": [sent | {"not": None}]})
    assert to_document(read) == {"combinator": "or", "conditions": [sent]}
