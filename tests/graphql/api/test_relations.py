"""Relations: followed both ways in pages, checked when they are written, minded when a target goes."""

from typing import Any
from uuid import uuid4

import pytest

from levelmark.graphql.allowance import MOST
from levelmark.services.writing import Mode
from levelmark.storage.rows import link
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data, issues
from tests.graphql.api.commands import Command, Executor
from tests.graphql.api.test_indexes import assert_indexed, stages
from tests.support.documents import blueprint, entity

LINKED = repr(link("", ""))[1:-1]
"""What stands in every command that looks for those who point."""


@pytest.fixture
def domain(api: Client, kind: str) -> str:
    """Another blueprint: `kind` has the relations `domain` and `backup` to it, and `uses` to itself."""
    name = f"domain-{uuid4().hex[:8]}"
    api.write_blueprint(blueprint(name))
    relations = {
        "domain": {"target": name},
        "backup": {"target": name},
        "uses": {"target": kind, "many": True},
    }
    api.write_blueprint(blueprint(kind, relations=relations))
    return name


def pointing(identifier: str, of: str, **relations: Any) -> dict[str, Any]:
    return entity(identifier, of) | {"relations": relations}


def write(api: Client, *documents: Any, strict: bool = False) -> list[Data]:
    sent = {"entities": list(documents), "strict": strict}
    results: list[Data] = api.query(operations.UPSERT_ENTITIES, input=sent)["results"]
    return results


def delete(api: Client, of: str, *identifiers: str, strict: bool = False) -> list[Data]:
    sent = {"blueprint": of, "identifiers": list(identifiers), "strict": strict}
    results: list[Data] = api.query(operations.DELETE_ENTITIES, input=sent)["results"]
    return results


def names(page: Data) -> list[str]:
    return [edge["node"]["identifier"] for edge in page["edges"]]


def related(api: Client, of: str, identifier: str, relation: str, **more: Any) -> Data:
    found: Data = api.query(
        operations.RELATED, blueprint=of, identifier=identifier, relation=relation, **more
    )
    return found


def related_by(api: Client, of: str, identifier: str, by: str, **more: Any) -> Data:
    found: Data = api.query(operations.RELATED_BY, blueprint=of, identifier=identifier, by=by, **more)
    page: Data = found["relatedBy"]
    return page


@pytest.mark.usefixtures("domain")
def test_targets_stand_in_the_order_of_the_list_once_each_without_those_that_do_not_exist(
    api: Client, kind: str
) -> None:
    uses = ["c", "gone", "a", "c", "lost", "b"]
    api.write_entities(pointing("x", kind, uses=uses), *(entity(name, kind) for name in "abc"))
    found = related(api, kind, "x", "uses")
    assert names(found["related"]) == ["c", "a", "b"]
    assert found["related"]["pageInfo"]["hasNextPage"] is False
    assert found["danglingTargets"] == ["gone", "lost"]
    assert related(api, kind, "a", "uses")["related"]["edges"] == []
    assert related(api, kind, "a", "domain") == {
        "danglingTargets": [],
        "related": {
            "pageInfo": {
                "hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None
            },
            "edges": [],
        },
    }  # fmt: skip


@pytest.mark.usefixtures("domain")
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_of_targets_are_full_and_leave_nothing_out(api: Client, kind: str, size: int) -> None:
    existing = [f"e{number}" for number in range(7)]
    uses = [name for one in reversed(existing) for name in (f"{one}-gone", f"{one}-lost", one)]
    api.write_entities(pointing("x", kind, uses=uses), *(entity(name, kind) for name in existing))
    found: list[str] = []
    after, more = None, True
    while more:
        page = related(api, kind, "x", "uses", first=size, after=after)["related"]
        found += names(page)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert len(page["edges"]) == size or not more
    assert found == existing[::-1]


@pytest.mark.usefixtures("domain")
def test_a_page_of_targets_goes_on_where_the_list_has_lost_its_last_one(api: Client, kind: str) -> None:
    everyone = [entity(name, kind) for name in "abcd"]
    api.write_entities(pointing("x", kind, uses=["a", "b", "c", "d"]), *everyone)
    after = related(api, kind, "x", "uses", first=2)["related"]["pageInfo"]["endCursor"]
    api.write_entities(pointing("x", kind, uses=["a", "c", "d"]))
    assert names(related(api, kind, "x", "uses", first=2, after=after)["related"]) == ["c", "d"]
    api.write_entities(pointing("x", kind, uses=["d", "c", "b", "a"]))
    assert names(related(api, kind, "x", "uses", first=2, after=after)["related"]) == ["a"]


def test_who_points_at_an_entity_is_found_by_one_relation_or_by_any(
    api: Client, kind: str, domain: str
) -> None:
    api.write_entities(entity("pay", domain), entity("other", domain))
    api.write_entities(
        pointing("both", kind, domain="pay", backup="pay"),
        pointing("a", kind, domain="pay", backup="other"),
        pointing("b", kind, backup="pay"),
        pointing("c", kind, domain="other", uses=["pay"]),
    )
    assert names(related_by(api, domain, "pay", kind)) == ["a", "b", "both"]
    assert names(related_by(api, domain, "pay", kind, relation="domain")) == ["a", "both"]
    assert names(related_by(api, domain, "pay", kind, relation="backup")) == ["b", "both"]
    assert names(related_by(api, domain, "pay", domain)) == []


def test_pages_of_those_who_point_go_on_behind_their_cursor(api: Client, kind: str, domain: str) -> None:
    api.write_entities(entity("pay", domain))
    api.write_entities(
        *(pointing(f"e{number}", kind, domain="pay", backup="pay") for number in (3, 1, 4, 0, 2))
    )
    first = related_by(api, domain, "pay", kind, first=2)
    assert names(first) == ["e0", "e1"]
    assert first["pageInfo"]["hasNextPage"] is True
    after = first["pageInfo"]["endCursor"]
    delete(api, kind, "e1")
    rest = related_by(api, domain, "pay", kind, first=3, after=after)
    assert (names(rest), rest["pageInfo"]["hasNextPage"]) == (["e2", "e3", "e4"], False)
    assert rest["pageInfo"]["hasPreviousPage"] is True


def test_those_who_were_deleted_or_point_elsewhere_now_are_not_found(
    api: Client, kind: str, domain: str
) -> None:
    api.write_entities(entity("pay", domain), *(pointing(name, kind, domain="pay") for name in "abc"))
    delete(api, kind, "a")
    api.write_entities(pointing("b", kind, domain="other"))
    assert names(related_by(api, domain, "pay", kind)) == ["c"]


def test_unknown_names_are_refused_with_the_one_that_was_meant(api: Client, kind: str, domain: str) -> None:
    api.write_entities(entity("x", kind), entity("pay", domain))
    asked = {"blueprint": domain, "identifier": "pay"}
    one = 'query($of: String!, $relation: String!) {entity(blueprint: $of, identifier: "x") {%s}}'
    for field in ("related(relation: $relation) {edges {cursor}}", "danglingTargets(relation: $relation)"):
        refusal = api.refusal(one % field, of=kind, relation="domian")
        assert refusal == (
            "NOT_FOUND", f"blueprint `{kind}` has no relation `domian` (did you mean `domain`?)"
        )  # fmt: skip
    code, message = api.refusal(operations.RELATED_BY, **asked, by=f"{kind}s")
    assert (code, message) == (
        "NOT_FOUND", f"there is no blueprint `{kind}s` (did you mean `{kind}`?)"
    )  # fmt: skip
    code, message = api.refusal(operations.RELATED_BY, **asked, by=kind, relation="bakcup")
    assert code == "NOT_FOUND"
    assert message.endswith("(did you mean `backup`?)")
    code, message = api.refusal(operations.RELATED_BY, **asked, by=kind, relation="uses")
    assert (code, message) == (
        "NOT_FOUND", f"blueprint `{kind}` has no relation to `{domain}` that is named `uses`"
    )  # fmt: skip
    assert api.refusal(operations.RELATED_BY, **asked, by=kind, first=-1)[0] == "BAD_USER_INPUT"
    assert api.refusal(operations.RELATED_BY, **asked, by=kind, after="x")[0] == "BAD_USER_INPUT"


@pytest.mark.usefixtures("domain")
def test_what_multiplies_along_relations_is_stopped_and_says_so(api: Client, kind: str) -> None:
    everyone = [f"e{number:02}" for number in range(25)]
    api.write_entities(*(pointing(name, kind, uses=everyone) for name in everyone))
    both = 'related(relation: "uses") {edges {node {%s}}}'
    against = "relatedBy(blueprint: $of) {edges {node {%s}}}"
    for way in (both, against):
        modest = way % (way % "identifier")
        document = 'query($of: String!) {entity(blueprint: $of, identifier: "e00") {%s}}'
        assert "errors" not in api.post(document % modest, of=kind)
        errors = api.post(document % (way % modest), of=kind)["errors"]
        assert {one["extensions"]["code"] for one in errors} == {"LIMIT_EXCEEDED"}
        assert f"{MOST:,}" in errors[0]["message"]


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


async def test_a_page_of_a_hundred_with_their_relations_costs_as_many_calls_as_one_of_ten(
    executor: Executor,
) -> None:
    ends = {"near": {"target": "node", "many": True}}
    await executor.services.blueprints.upsert(blueprint("node", relations=ends))
    ring = [
        pointing(f"n{number:03}", "node", near=[f"n{(number + step) % 100:03}" for step in (1, 2, 3)])
        for number in range(100)
    ]
    await executor.services.entities.upsert(ring, Mode.REPLACE)
    asked = {"blueprint": "node", "relation": "near", "by": "node"}
    calls: dict[int, list[Any]] = {}
    found: Data = {}
    sent: list[Command] = []
    for first in (10, 100):
        with executor.commands.recorded() as recorded:
            found = await executor.execute(operations.RELATED_PAGES, first=first, **asked)
        sent = recorded
        calls[first] = [next(iter(one.items())) for one in sent]
        await assert_indexed(executor, sent)
    assert len(calls[100]) <= len(calls[10]) <= 9, calls  # fewer where a page has it all already
    node = found["entities"]["edges"][50]["node"]
    assert names(node["related"]) == ["n051", "n052", "n053"]
    assert names(node["relatedBy"]) == ["n047", "n048", "n049"]
    (search,) = [one for one in sent if one.get("aggregate") == "entities" and len(one["pipeline"]) > 100]
    assert {"FETCH", "SORT"}.isdisjoint(await stages(executor, search)), search


async def test_the_targets_of_a_request_are_looked_for_once_and_in_an_index_alone(executor: Executor) -> None:
    ends = {"near": {"target": "spot", "many": True}}
    await executor.services.blueprints.upsert(blueprint("spot", relations=ends))
    costs = []
    for count in (1, 2, 20):  # the first one also finds that the blueprint is new
        many = [pointing(f"n{count}-{number}", "spot", near=[f"t{number}", "n0"]) for number in range(count)]
        sent = await executor.commands_of(operations.UPSERT_ENTITIES, input={"entities": many})
        costs.append([next(iter(one.items())) for one in sent])
        (search,) = [one for one in sent if "'t0'" in str(one.get("filter"))]
        assert "FETCH" not in await stages(executor, search)
    assert costs[1] == costs[2]


async def test_those_who_point_at_what_goes_are_found_in_an_index_alone(executor: Executor) -> None:
    await executor.services.blueprints.upsert(blueprint("hub"))
    await executor.services.blueprints.upsert(blueprint("spoke", relations={"hub": {"target": "hub"}}))
    spokes = [pointing(f"s{number}", "spoke", hub=f"h{number % 2}") for number in range(20)]
    hubs = [entity(f"h{number}", "hub") for number in range(4)]
    await executor.services.entities.upsert([*spokes, *hubs], Mode.REPLACE)
    for gone, searches in ((["h0", "h1"], 3), (["h2", "h3"], 1)):
        sent = await executor.commands_of(
            operations.DELETE_ENTITIES, input={"blueprint": "hub", "identifiers": gone}
        )
        found = [one for one in sent if LINKED in str(one | {"lsid": None})]  # a session's id is any bytes
        assert len(found) == searches
        for one in found:
            assert {"FETCH", "COLLSCAN"}.isdisjoint(await stages(executor, one)), one
