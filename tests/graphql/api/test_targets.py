"""Targets of relations over the API: looked for when written, minded when they go."""

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, issues
from tests.graphql.api.links import delete, pointing, write
from tests.support.documents import blueprint, entity


def test_a_target_that_does_not_exist_is_told_and_written(api: Client, kind: str, domain: str) -> None:
    api.write_entities(entity("there", kind))
    (result,) = write(api, pointing("x", kind, domain="pay", uses=["there", "a", "b", "a", "x"]))
    assert result["outcome"] == "CREATED"
    assert issues(result) == [
        ("relations.domain", "DANGLING", "WARNING"),
        ("relations.uses[1]", "DANGLING", "WARNING"),
        ("relations.uses[2]", "DANGLING", "WARNING"),
    ]
    assert f"blueprint `{domain}` has no entity `pay`" in result["issues"][0]["message"]
    (again,) = write(api, pointing("x", kind, domain="pay", uses=["there"]))
    assert issues(again) == [("relations.domain", "DANGLING", "WARNING")]
    (unchanged,) = write(api, pointing("x", kind, domain="pay", uses=["there"]))
    assert unchanged["outcome"] == "UNCHANGED"
    assert issues(unchanged) == issues(again)


@pytest.mark.usefixtures("domain")
def test_only_what_was_sent_is_looked_for(api: Client, kind: str) -> None:
    write(api, pointing("x", kind, domain="pay"))
    sent = {"entities": [pointing("x", kind, backup=None, uses=[])], "mode": "MERGE"}
    (result,) = api.query(operations.UPSERT_ENTITIES, input=sent)["results"]
    assert result["entity"]["relations"] == {"domain": "pay", "backup": None, "uses": []}
    assert result["issues"] == []


def test_what_the_same_request_writes_exists_whatever_the_order(api: Client, kind: str, domain: str) -> None:
    for strict in (False, True):
        results = write(
            api,
            pointing(f"x-{strict}", kind, domain=f"pay-{strict}", uses=[f"y-{strict}"]),
            entity(f"pay-{strict}", domain),
            pointing(f"y-{strict}", kind, uses=[f"x-{strict}"]),
            strict=strict,
        )
        assert [(one["outcome"], one["issues"]) for one in results] == [("CREATED", [])] * 3


def test_what_the_same_request_refuses_does_not_exist(api: Client, kind: str, domain: str) -> None:
    api.write_entities(entity("old", domain))
    bad, old = entity("bad", domain, stars="many"), entity("old", domain, stars="many")
    pointers = [pointing("x", kind, domain="bad"), pointing("y", kind, domain="old")]
    results = write(api, *pointers, bad, old)
    assert [one["outcome"] for one in results] == ["CREATED", "CREATED", "INVALID", "INVALID"]
    assert issues(results[0]) == [("relations.domain", "DANGLING", "WARNING")]
    assert issues(results[1]) == []


@pytest.mark.usefixtures("domain")
def test_strictly_nothing_is_written_that_points_at_nothing(api: Client, kind: str) -> None:
    results = write(
        api,
        pointing("x", kind, uses=["y"]),
        pointing("y", kind, uses=["z"]),
        pointing("z", kind, domain="lost"),
        pointing("round", kind, uses=["round"]),
        pointing("bad", kind, backup="lost") | {"properties": {"stars": "many"}},
        entity("good", kind),
        strict=True,
    )
    assert [one["outcome"] for one in results] == [*["INVALID"] * 3, "CREATED", "INVALID", "CREATED"]
    assert [issues(one) for one in results[:3]] == [
        [("relations.uses[0]", "DANGLING", "ERROR")],
        [("relations.uses[0]", "DANGLING", "ERROR")],
        [("relations.domain", "DANGLING", "ERROR")],
    ]
    assert sorted(code for _, code, _ in issues(results[4])) == ["DANGLING", "WRONG_TYPE"]
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == ["good", "round"]


def test_deleting_a_target_says_who_points_at_it(api: Client, kind: str, domain: str) -> None:
    api.write_entities(entity("pay", domain), entity("free", domain))
    api.write_entities(*(pointing(f"e{number}", kind, domain="pay") for number in range(7)))
    api.write_entities(pointing("b", kind, backup="free"))
    pay, free, lost = delete(api, domain, "pay", "free", "lost")
    assert (pay["outcome"], issues(pay)) == ("DELETED", [("identifier", "POINTED_AT", "WARNING")])
    assert pay["issues"][0]["message"] == (
        f"it is pointed at 7 times: {', '.join(f'{kind}/e{number} (domain)' for number in range(5))}, …"
    )
    assert free["issues"][0]["message"] == f"it is pointed at once: {kind}/b (backup)"
    assert issues(lost) == [("identifier", "NOT_FOUND", "ERROR")]


def test_strictly_a_target_stays_with_all_it_has(api: Client, kind: str, domain: str) -> None:
    api.write_entities(entity("pay", domain), entity("free", domain), pointing("x", kind, domain="pay"))
    before = api.query(operations.ENTITY, blueprint=domain, identifier="pay")
    pay, free = delete(api, domain, "pay", "free", strict=True)
    assert (pay["outcome"], issues(pay)) == ("INVALID", [("identifier", "POINTED_AT", "ERROR")])
    assert f"{kind}/x (domain)" in pay["issues"][0]["message"]
    assert (free["outcome"], free["issues"]) == ("DELETED", [])
    assert api.query(operations.ENTITY, blueprint=domain, identifier="pay") == before


@pytest.mark.usefixtures("domain")
def test_strictly_those_go_whose_pointers_go_with_them(api: Client, kind: str) -> None:
    api.write_entities(
        pointing("self", kind, uses=["self"]),
        pointing("a", kind, uses=["b"]),
        pointing("b", kind, uses=["a"]),
        pointing("held", kind),
        pointing("holder", kind, uses=["held"]),
        pointing("outside", kind, uses=["holder"]),
    )
    results = delete(api, kind, "self", "a", "b", "held", "holder", strict=True)
    assert [one["outcome"] for one in results] == [*["DELETED"] * 3, "INVALID", "INVALID"]
    assert [one["issues"] for one in results[:3]] == [[]] * 3
    assert f"{kind}/holder (uses)" in results[3]["issues"][0]["message"]
    assert f"{kind}/outside (uses)" in results[4]["issues"][0]["message"]
    everyone = delete(api, kind, "held", "holder", "outside", strict=True)
    assert [(one["outcome"], one["issues"]) for one in everyone] == [("DELETED", [])] * 3


def test_deleting_a_blueprint_names_what_uses_it(api: Client, kind: str, domain: str) -> None:
    third = f"{kind}-third"
    mirror = {"title": "Name", "path": "service.domain.$title"}
    counted = {
        "title": "Count",
        "target": domain,
        "calculationSpec": {"calculationBy": "entities", "func": "count"},
    }
    api.write_blueprint(
        blueprint(
            third,
            relations={"service": {"target": kind}},
            mirrorProperties={"name": mirror, "own": {"title": "Own", "path": "service.$title"}},
            aggregationProperties={"count": counted},
        )
    )
    refused = api.query(operations.DELETE_BLUEPRINT, input={"identifier": domain})
    assert refused["outcome"] == "INVALID"
    assert issues(refused) == [("force", "NEEDS_FORCE", "ERROR"), *[("", "STILL_USED", "WARNING")] * 4]
    deleted = api.query(operations.DELETE_BLUEPRINT, input={"identifier": domain, "force": True})
    assert deleted["outcome"] == "DELETED"
    assert [issues(deleted)[0]] * 4 == issues(deleted) == [("", "STILL_USED", "WARNING")] * 4
    told = "\n".join(one["message"] for one in deleted["issues"])
    for part in ("relation `domain`", "relation `backup`", "property `name`", "property `count`"):
        assert part in told
    assert "`own`" not in told
