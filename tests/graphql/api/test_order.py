"""Order: by any property or level, missing values last both ways, and pages that resume exactly."""

from typing import Any

import pytest

from levelmark.graphql import cursors
from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard


def names(api: Client, kind: str, order: Any, **variables: Any) -> list[str]:
    return api.identifiers(operations.ENTITY_NAMES, blueprint=kind, order=order, **variables)


def paged(api: Client, kind: str, order: Any, first: int, **variables: Any) -> list[str]:
    found: list[str] = []
    after = None
    for _ in range(50):
        page = api.query(
            operations.ENTITIES, blueprint=kind, order=order, first=first, after=after, **variables
        )
        found += [edge["node"]["identifier"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return found


@pytest.fixture
def zoo(api: Client, kind: str, card: str) -> str:
    untyped: dict[str, Any] = {"any": {}, "a.b": {}, "$where": {}}
    document = blueprint(kind)
    document["schema"]["properties"].update(untyped)
    api.write_blueprint(document)
    api.write_scorecard(
        scorecard(
            card,
            rule("liked", "Bronze", condition("stars", ">", 5)),
            rule("loved", "Gold", condition("stars", ">", 50)),
            of=kind,
            filter=query(condition("archived", "!=", True)),
        )
    )
    when = "deployed_at"
    api.write_entities(
        entity("ape", kind, stars=99, any="b", **{when: "2026-01-01T12:00:00+02:00"}) | {"team": ["b", "a"]},
        entity("bee", kind, stars=9.5, any=10, **{when: "2026-01-01T10:30:00Z"}) | {"team": "a"},
        entity("cat", kind, stars=-1, any=True, **{when: "2026-01-01T09:00:00-05:00"}) | {"title": "Z"},
        entity("dog", kind, archived=True, any=["x"], **{when: None}),
        entity("eel", kind, stars=9.5, any="B", **{when: "2025-12-31t23:59:59.9999z"}) | {"title": "a"},
        entity("fox", kind, stars=10, any=9, **{"a.b": 1, "$where": 2}),
        entity("gnu", kind, any={"x": 1}, archived=False, **{"a.b": 0, "$where": 3}),
    )
    return kind


ORDERS: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
    "numbers": ({"property": "stars"}, ["cat", "bee", "eel", "fox", "ape"], ["dog", "gnu"]),
    "instants": ({"property": "deployed_at"}, ["eel", "ape", "bee", "cat"], ["dog", "fox", "gnu"]),
    "booleans": ({"property": "archived"}, ["gnu", "dog"], ["ape", "bee", "cat", "eel", "fox"]),
    "titles": ({"property": "$title"}, ["cat", "eel"], ["ape", "bee", "dog", "fox", "gnu"]),
    "first team": ({"property": "$team"}, ["bee", "ape"], ["cat", "dog", "eel", "fox", "gnu"]),
    "a dot": ({"property": "a.b"}, ["gnu", "fox"], ["ape", "bee", "cat", "dog", "eel"]),
    "a dollar": ({"property": "$where"}, ["fox", "gnu"], ["ape", "bee", "cat", "dog", "eel"]),
    "created": ({"property": "$createdAt"}, ["ape", "bee", "cat", "dog", "eel", "fox", "gnu"], []),
}


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("first", [1, 2, 500])
def test_those_without_a_value_stand_last_both_ways_and_ties_go_by_identifier(
    api: Client, zoo: str, name: str, first: int
) -> None:
    order, present, missing = ORDERS[name]
    assert paged(api, zoo, order, first) == present + missing
    backwards = present[::-1] + missing[::-1]
    assert paged(api, zoo, order | {"direction": "DESC"}, first) == backwards


def test_types_stand_in_a_fixed_order_both_ways(api: Client, zoo: str) -> None:
    order = {"property": "any"}
    assert paged(api, zoo, order, 2) == ["cat", "fox", "bee", "eel", "ape", "dog", "gnu"]
    descending = order | {"direction": "DESC"}
    assert paged(api, zoo, descending, 2) == ["cat", "bee", "fox", "ape", "eel", "gnu", "dog"]


def test_levels_order_by_their_position_and_the_unscored_stand_last(api: Client, zoo: str, card: str) -> None:
    order = {"scorecard": card}
    assert paged(api, zoo, order, 2) == ["cat", "gnu", "bee", "eel", "fox", "ape", "dog"]
    descending = order | {"direction": "DESC"}
    assert paged(api, zoo, descending, 3) == ["ape", "fox", "eel", "bee", "gnu", "cat", "dog"]


@pytest.mark.parametrize("first", [1, 2, 500])
def test_filters_narrow_whether_or_not_the_database_can_decide_them(
    api: Client, zoo: str, card: str, first: int
) -> None:
    order = {"property": "stars", "direction": "DESC"}
    decidable = {"query": query(condition("stars", ">", 5), condition("archived", "isEmpty"))}
    assert paged(api, zoo, order, first, filter=decidable) == ["ape", "fox", "eel", "bee"]
    undecidable = {"query": query(condition("$identifier", "doesNotContains", "o"))}
    assert paged(api, zoo, order, first, filter=undecidable) == ["ape", "eel", "bee", "cat", "gnu"]
    level = {"level": {"scorecard": card, "levels": ["Bronze"]}, "teams": ["a"]}
    assert paged(api, zoo, order, first, filter=level) == ["bee"]


def test_pages_resume_exactly_while_entities_come_and_go(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    steady = [f"e{number:02}" for number in range(20)]
    api.write_entities(*(entity(name, kind, stars=place // 3) for place, name in enumerate(steady)))
    found: list[str] = []
    after = None
    for step in range(12):
        page = api.query(
            operations.ENTITIES, blueprint=kind, order={"property": "stars"}, first=4, after=after
        )
        found += [edge["node"]["identifier"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        last = page["edges"][-1]["node"]
        api.write_entities(
            entity(f"a{step}", kind, stars=-1),
            entity(f"{last['identifier']}-behind", kind, stars=last["properties"].get("stars")),
        )
        api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": [last["identifier"]]})
    assert [name for name in found if name in steady] == steady
    assert len(found) == len(set(found))


def test_an_order_that_means_nothing_is_refused_with_the_remedy(api: Client, zoo: str, card: str) -> None:
    def refused(order: Any, **variables: Any) -> tuple[str, str]:
        return api.refusal(operations.ENTITIES, blueprint=zoo, order=order, **variables)

    for order in ({}, {"field": "TITLE", "property": "stars"}, {"property": "stars", "scorecard": card}):
        code, message = refused(order)
        assert code == "BAD_USER_INPUT"
        assert "exactly one of `field`, `property` and `scorecard`" in message
    code, message = refused({"property": "star"})
    assert code == "BAD_USER_INPUT"
    assert "did you mean `stars`?" in message
    for name, kind in (("tags", "Array"), ("settings", "Object")):
        code, message = refused({"property": name})
        assert code == "BAD_USER_INPUT"
        assert f"`{name}`, whose values are of type {kind}" in message
    code, message = refused({"scorecard": f"{card[:-1]}"})
    assert code == "NOT_FOUND"
    assert f"did you mean `{card}`?" in message


def test_a_cursor_of_another_order_is_refused(api: Client, zoo: str) -> None:
    page = api.query(operations.ENTITIES, blueprint=zoo, order={"property": "stars"}, first=1)
    cursor = page["pageInfo"]["endCursor"]
    for order in ({"property": "any"}, {"field": "TITLE"}, None):
        code, _ = api.refusal(operations.ENTITIES, blueprint=zoo, order=order, after=cursor)
        assert code == "BAD_USER_INPUT"


@pytest.mark.parametrize("place", [("x", "1", "ape"), ("1", '{"$gt": 1}', "ape"), ("1", "[1", "ape")])
def test_a_forged_cursor_is_refused(api: Client, zoo: str, place: tuple[str, str, str]) -> None:
    cursor = cursors.place("entities sorted by property stars", *place)
    code, _ = api.refusal(operations.ENTITIES, blueprint=zoo, order={"property": "stars"}, after=cursor)
    assert code == "BAD_USER_INPUT"


def test_long_texts_are_ordered_by_their_beginnings_and_then_by_identifier(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    alike = "ä" * 256
    api.write_entities(entity("a", kind, language=f"{alike}z"), entity("b", kind, language=f"{alike}a"))
    api.write_entities(entity("c", kind, language="a" * 200_000), entity("d", kind, language=f"{alike[1:]}a"))
    assert paged(api, kind, {"property": "language"}, 1) == ["c", "d", "a", "b"]
