"""Evaluations: asked for, at once or in the background, and followed to their end."""

from tests.graphql.api import operations
from tests.graphql.api.client import Client, issues
from tests.support.documents import blueprint, condition, entity, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))


def test_named_entities_are_evaluated_at_once_in_the_order_sent(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_entities(entity("a", kind, stars=9), entity("b", kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    names = ["b", "nobody", "a", "b"]
    payload = api.query(operations.EVALUATE, input={"blueprint": kind, "identifiers": names})
    assert payload["evaluation"] is None
    assert [one["identifier"] for one in payload["results"]] == names
    assert issues(payload["results"][1]) == [("identifier", "NOT_FOUND", "ERROR")]
    assert payload["results"][1]["entity"] is None
    levels = [one["entity"]["scores"][0]["level"]["title"] for one in payload["results"] if one["entity"]]
    assert levels == ["Basic", "Bronze", "Basic"]
    api.settle(kind)
    again = api.query(operations.EVALUATE, input={"blueprint": kind, "identifiers": ["a"]})
    assert [one["outcome"] for one in again["results"]] == ["UNCHANGED"]
    none = api.query(operations.EVALUATE, input={"blueprint": kind, "identifiers": []})
    assert none == {"results": [], "evaluation": None}


def test_all_entities_are_evaluated_in_the_background(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.write_entities(entity("a", kind, stars=9), entity("b", kind))
    api.settle(kind)
    payload = api.query(operations.EVALUATE, input={"blueprint": kind})
    begun = payload["evaluation"]
    assert payload["results"] == []
    assert (begun["blueprintIdentifier"], begun["state"], begun["finishedAt"]) == (kind, "PENDING", None)
    assert begun["cause"] == {"kind": "REQUESTED", "evaluation": None}
    done = api.settle(kind)[0]
    assert done["identifier"] == begun["identifier"]
    assert (done["state"], done["total"], done["evaluated"], done["changed"]) == ("DONE", 2, 2, 0)
    assert done["finishedAt"] >= done["createdAt"]
    assert api.query(operations.EVALUATION, identifier=begun["identifier"]) == done


def test_evaluations_are_listed_newest_first_page_by_page(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    begun = [
        api.query(operations.EVALUATE, input={"blueprint": kind})["evaluation"]["identifier"]
        for _ in range(3)
    ]
    api.settle(kind)
    first = api.query(operations.EVALUATIONS, blueprint=kind, first=2)
    assert [edge["node"]["identifier"] for edge in first["edges"]] == begun[:0:-1]
    assert first["pageInfo"]["hasNextPage"] is True
    api.query(operations.EVALUATE, input={"blueprint": kind})
    after = first["pageInfo"]["endCursor"]
    assert api.identifiers(operations.EVALUATIONS, blueprint=kind, after=after) == begun[:1]
    assert set(begun) <= set(api.identifiers(operations.EVALUATIONS, first=500))
    assert api.nodes(operations.EVALUATIONS, blueprint=f"{kind}-not") == []


def test_an_unknown_evaluation_is_null(api: Client) -> None:
    assert api.query(operations.EVALUATION, identifier="0" * 24) is None
    assert api.query(operations.EVALUATION, identifier="no id at all") is None


def test_an_unknown_blueprint_cannot_be_evaluated(api: Client, kind: str) -> None:
    for more in ({}, {"identifiers": ["a"]}):
        assert api.refusal(operations.EVALUATE, input={"blueprint": kind} | more) == (
            "NOT_FOUND",
            f"there is no blueprint `{kind}`",
        )
