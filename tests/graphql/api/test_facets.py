"""Facets: how many entities have which value, whoever decides which entities count."""

from typing import Any

import pytest

from levelmark.domain.errors import LimitExceededError
from levelmark.plugins import Registry
from levelmark.services import Services, facets
from levelmark.services.facets import Subject
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from levelmark.storage.pages import Selection
from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

EVERYONE: dict[str, Any] = {
    "nobody's word": None,
    "the database's word": {"query": query(condition("$identifier", ">", ""))},
    "the engine's word": {"query": query(condition("$identifier", "doesNotContains", "#"))},
}
"""Filters that leave nobody out, and who decides them."""


def counted(api: Client, kind: str, **variables: Any) -> tuple[list[tuple[Any, int]], int, int, int]:
    found = api.query(operations.FACETS, blueprint=kind, **variables)
    values = [(one["value"], one["count"]) for one in found["values"]]
    return values, found["distinct"], found["missing"], found["total"]


@pytest.fixture
def zoo(api: Client, kind: str, card: str) -> str:
    document = blueprint(kind, relations={"on": {"target": kind, "many": True}, "in": {"target": kind}})
    document["schema"]["properties"] |= {"any": {}, "a.b": {}}
    api.write_blueprint(document)
    liked = rule("liked", "Bronze", condition("stars", ">", 5))
    active = query(condition("archived", "!=", True))
    api.write_scorecard(scorecard(card, liked, of=kind, filter=active))
    api.write_entities(
        entity("ape", kind, stars=9, language="Go", tags=["x", "y", "x"], any=1) | {"team": ["r", "b"]},
        entity("bee", kind, stars=9.0, language="Go", tags=["y"], any=True, **{"a.b": 1}) | {"team": "b"},
        entity("cat", kind, stars=1, language="", tags=[], any="1") | {"relations": {"on": ["ape", "bee"]}},
        entity("dog", kind, language="Rust", archived=True, any=[1, {"a": 1}, None, "1"])
        | {"relations": {"on": ["ape"], "in": "bee"}},
        entity("eel", kind, language=None, any={"a": 1}),
    )
    return kind


@pytest.mark.parametrize("name", EVERYONE)
def test_values_are_counted_most_frequent_first_then_by_value(
    api: Client, zoo: str, card: str, name: str
) -> None:
    everyone = EVERYONE[name]

    def facet(**subject: str) -> tuple[list[tuple[Any, int]], int, int, int]:
        return counted(api, zoo, filter=everyone, **subject)

    assert facet(property="language") == ([("Go", 2), ("", 1), ("Rust", 1)], 3, 1, 5)
    assert facet(property="stars") == ([(9, 2), (1, 1)], 2, 2, 5)
    assert facet(property="tags") == ([("y", 2), ("x", 1)], 2, 3, 5)
    assert facet(property="a.b") == ([(1, 1)], 1, 4, 5)
    values, *rest = facet(property="any")
    assert [(type(value), count) for value, count in values] == [(int, 2), (str, 2), (bool, 1)]
    assert rest == [3, 1, 5]
    assert facet(property="$team") == ([("b", 2), ("r", 1)], 2, 3, 5)
    assert facet(property="$blueprint") == ([(zoo, 5)], 1, 0, 5)
    assert facet(relation="on") == ([("ape", 2), ("bee", 1)], 2, 3, 5)
    assert facet(relation="in") == ([("bee", 1)], 1, 4, 5)
    assert facet(scorecard=card) == ([("Basic", 2), ("Bronze", 2), (None, 1)], 3, 1, 5)


def test_filters_narrow_what_is_counted_and_first_what_is_shown(api: Client, zoo: str, card: str) -> None:
    narrow: Any = {"teams": ["b"], "search": "Go"}
    assert counted(api, zoo, property="tags", filter=narrow) == ([("y", 2), ("x", 1)], 2, 0, 2)
    narrow["query"] = query(condition("tags", "contains", "x"))
    assert counted(api, zoo, property="tags", filter=narrow) == ([("x", 1), ("y", 1)], 2, 0, 1)
    assert counted(api, zoo, property="tags", first=1) == ([("y", 2)], 2, 3, 5)
    assert counted(api, zoo, property="tags", first=0) == ([], 2, 3, 5)
    assert counted(api, zoo, scorecard=card, first=2) == ([("Basic", 2), ("Bronze", 2)], 3, 1, 5)
    nobody = {"query": query(condition("stars", ">", 1_000))}
    assert counted(api, zoo, property="tags", filter=nobody) == ([], 0, 0, 0)


def test_what_cannot_be_counted_is_refused_with_the_remedy(api: Client, zoo: str, card: str) -> None:
    def refused(**variables: Any) -> tuple[str, str]:
        return api.refusal(operations.FACETS, **({"blueprint": zoo} | variables))

    for subject in ({}, {"property": "stars", "relation": "on"}):
        code, message = refused(**subject)
        assert code == "BAD_USER_INPUT"
        assert "exactly one of `property`, `relation` and `scorecard`" in message
    for wrong, meant in (({"property": "langage"}, "language"), ({"scorecard": card[:-1]}, card)):
        code, message = refused(**wrong)
        assert code in {"BAD_USER_INPUT", "NOT_FOUND"}
        assert f"did you mean `{meant}`?" in message
    assert "has no relation `no`" in refused(relation="no")[1]
    assert "objects" in refused(property="settings")[1]
    assert refused(property="stars", first=-1)[0] == "BAD_USER_INPUT"
    code, message = refused(blueprint=zoo[:-1], property="stars")
    assert code == "NOT_FOUND"
    assert f"did you mean `{zoo}`?" in message


@pytest.mark.parametrize("narrow", [None, query(condition("$identifier", "doesNotContains", "#"))])
async def test_more_values_than_the_bound_are_refused(
    storage: Storage, registry: Registry, monkeypatch: pytest.MonkeyPatch, narrow: Any
) -> None:
    services = Services(storage, registry)
    await services.blueprints.upsert(blueprint())
    await services.entities.upsert([entity(f"e{number}", stars=number) for number in range(11)], Mode.REPLACE)
    monkeypatch.setattr(facets, "MAX_DISTINCT", 11)
    found = await services.facets.counts(Selection("service"), narrow, Subject("stars"), 5)
    assert (len(found.values), found.distinct) == (5, 11)
    monkeypatch.setattr(facets, "MAX_DISTINCT", 10)
    with pytest.raises(LimitExceededError, match="more than 10 values"):
        await services.facets.counts(Selection("service"), narrow, Subject("stars"), 5)
