"""Relations over the API: followed both ways in pages, at a bounded price."""

from typing import Any

import pytest

from levelmark.graphql.allowance import MOST
from levelmark.services.writing import Mode
from levelmark.storage.rows import link
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.graphql.api.commands import Command, Executor
from tests.graphql.api.links import delete, names, pointing, related, related_by
from tests.graphql.api.test_indexes import assert_indexed, stages
from tests.support.documents import blueprint, entity

LINKED = repr(link("", ""))[1:-1]
"""What stands in every command that looks for those who point."""


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
    await executor.services.delivery.settle()
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
        costs.append(sorted(str(next(iter(one.items()))) for one in sent))  # some by a timer
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
