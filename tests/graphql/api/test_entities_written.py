"""Entities: written in bulk, each on its own; merged and replaced; deleted with a last word in the log."""

from typing import Any

from tests.graphql.api import operations
from tests.graphql.api.client import Client, issues
from tests.support.documents import blueprint, condition, entity, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))


def upsert(api: Client, *documents: Any, mode: str = "REPLACE") -> list[Any]:
    results: list[Any] = api.query(
        operations.UPSERT_ENTITIES, input={"entities": list(documents), "mode": mode}
    )["results"]
    return results


def test_a_written_entity_answers_with_its_new_levels_and_is_read_back_as_sent(
    api: Client, kind: str, card: str
) -> None:
    api.write_blueprint(
        blueprint(kind, relations={"team": {"target": kind}, "uses": {"target": kind, "many": True}})
    )
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    sent = {
        "blueprint": kind,
        "identifier": "api",
        "title": "The API",
        "icon": "Service",
        "team": ["a", "b"],
        "properties": {"stars": 6.0, "settings": {"z": 1, "a": [1.0, 1, None]}, "language": None},
        "relations": {"team": None, "uses": ["x", "y"]},
    }
    result, *_ = api.write_entities(sent, entity("x", kind), entity("y", kind))
    assert (result["identifier"], result["outcome"], result["issues"]) == ("api", "CREATED", [])
    (score,) = result["entity"]["scores"]
    assert score["scorecard"]["identifier"] == card
    assert score["level"] == {"title": "Bronze", "color": "bronze"}
    assert [one["result"] for one in score["ruleResults"]] == ["PASSED"]
    read = api.query(operations.ENTITY, blueprint=kind, identifier="api")
    assert read == result["entity"]
    assert read["blueprint"] == {"identifier": kind}
    assert {name: read[name] for name in sent if name != "blueprint"} == {
        name: value for name, value in sent.items() if name != "blueprint"
    }
    assert repr(read["properties"]) == repr(sent["properties"])
    assert read["teams"] == ["a", "b"]
    assert read["createdBy"] is read["updatedBy"] is None


def test_one_team_reads_as_a_name_and_as_a_list(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    one, several, none = api.write_entities(
        entity("one", kind) | {"team": "a"}, entity("several", kind) | {"team": ["a"]}, entity("none", kind)
    )
    assert (one["entity"]["team"], one["entity"]["teams"]) == ("a", ["a"])
    assert (several["entity"]["team"], several["entity"]["teams"]) == (["a"], ["a"])
    assert (none["entity"]["team"], none["entity"]["teams"]) == (None, [])


def test_a_replace_leaves_nothing_that_was_not_sent(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_entities(entity("a", kind, stars=1, language="Go") | {"title": "A", "team": "x"})
    (replaced,) = api.write_entities(entity("a", kind, stars=2))
    assert replaced["outcome"] == "UPDATED"
    assert replaced["entity"]["properties"] == {"stars": 2}
    assert (replaced["entity"]["title"], replaced["entity"]["team"]) == (None, None)


def test_a_merge_keeps_what_was_not_sent_and_takes_nulls_as_sent(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind, relations={"on": {"target": kind}, "by": {"target": kind}}))
    api.write_entities(
        entity("a", kind, stars=1, language="Go") | {"title": "A", "icon": "I", "relations": {"on": "b"}}
    )
    sent = entity("a", kind, stars=2) | {"icon": None, "relations": {"by": "c"}}
    (merged,) = api.write_entities(sent, mode="MERGE")
    assert merged["outcome"] == "UPDATED"
    assert merged["entity"]["properties"] == {"stars": 2, "language": "Go"}
    assert merged["entity"]["relations"] == {"on": "b", "by": "c"}
    assert (merged["entity"]["title"], merged["entity"]["icon"]) == ("A", None)
    assert api.write_entities(entity("new", kind), mode="MERGE")[0]["outcome"] == "CREATED"


def test_a_merge_keeps_properties_that_the_blueprint_no_longer_has(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_entities(entity("a", kind, stars=1, language="Go"))
    api.write_blueprint(blueprint(kind, schema={"properties": {"stars": {"type": "number"}}}, force=True))
    (merged,) = api.write_entities(entity("a", kind, stars=2), mode="MERGE")
    assert merged["entity"]["properties"] == {"stars": 2, "language": "Go"}
    (refused,) = upsert(api, entity("a", kind, language="Rust"), mode="MERGE")
    assert issues(refused) == [("properties.language", "UNKNOWN_PROPERTY", "ERROR")]


def test_the_same_again_is_unchanged_and_keeps_its_version(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    (first,) = api.write_entities(entity("a", kind, stars=1))
    (again,) = api.write_entities(entity("a", kind, stars=1))
    assert again["outcome"] == "UNCHANGED"
    assert again["entity"] == first["entity"]
    (other,) = api.write_entities(entity("a", kind, stars=1.0))
    assert other["outcome"] == "UPDATED"
    assert repr(other["entity"]["properties"]["stars"]) == "1.0"


def test_each_item_is_answered_in_its_place_with_all_its_issues(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    results = upsert(
        api,
        entity("good", kind, stars=1),
        entity("bad", kind, stars="1", langage="Go", archived="yes") | {"relations": {"team": "x"}},
        entity("good", kind, stars=2),
        entity("lost", f"{kind}-lost"),
        entity(" space", kind, stars=[]) | {"team": [1]},
        entity("last", kind),
    )
    assert [one["identifier"] for one in results] == ["good", "bad", "good", "lost", " space", "last"]
    assert [one["outcome"] for one in results] == ["CREATED", *["INVALID"] * 4, "CREATED"]
    assert [one["entity"] is None for one in results] == [False, True, True, True, True, False]
    assert sorted(issues(results[1])) == [
        ("properties.archived", "WRONG_TYPE", "ERROR"),
        ("properties.langage", "UNKNOWN_PROPERTY", "ERROR"),
        ("properties.stars", "WRONG_TYPE", "ERROR"),
        ("relations.team", "UNKNOWN_RELATION", "ERROR"),
    ]
    assert issues(results[2]) == [("identifier", "DUPLICATE", "ERROR")]
    assert "[0]" in results[2]["issues"][0]["message"]
    assert issues(results[3]) == [("blueprint", "UNKNOWN_BLUEPRINT", "ERROR")]
    assert issues(results[4]) == [
        ("identifier", "NO_MATCH", "ERROR"),
        ("team[0]", "WRONG_TYPE", "ERROR"),
        ("properties.stars", "WRONG_TYPE", "ERROR"),
    ]
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == ["good", "last"]


def test_a_thousand_entities_are_taken_and_one_more_is_refused(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    many = [entity(f"e{number:04}", kind, stars=number) for number in range(1_001)]
    write = "mutation($input: UpsertEntitiesInput!) {upsertEntities(input: $input) {results {outcome}}}"
    code, message = api.refusal(write, input={"entities": many})
    assert code == "LIMIT_EXCEEDED"
    assert "1001" in message
    assert "1000" in message
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == []
    results = api.query(write, input={"entities": many[:1_000]})["results"]
    assert [one["outcome"] for one in results] == ["CREATED"] * 1_000
    names = [one["identifier"] for one in many]
    for operation in (operations.DELETE_ENTITIES, operations.EVALUATE):
        code, _ = api.refusal(operation, input={"blueprint": kind, "identifiers": names})
        assert code == "LIMIT_EXCEEDED"


def test_no_entities_are_no_results(api: Client, kind: str) -> None:
    assert upsert(api) == []
    payload = api.query(operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": []})
    assert payload == {"results": []}


def test_entities_are_deleted_each_on_its_own(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.write_entities(entity("a", kind, stars=9) | {"team": "x"}, entity("b", kind))
    gone = api.query(
        operations.DELETE_ENTITIES, input={"blueprint": kind, "identifiers": ["b", "nobody", "a"]}
    )["results"]
    assert [one["outcome"] for one in gone] == ["DELETED", "INVALID", "DELETED"]
    assert [one["entity"] for one in gone] == [None] * 3
    assert issues(gone[1]) == [("identifier", "NOT_FOUND", "ERROR")]
    assert kind in gone[1]["issues"][0]["message"]
    assert api.query(operations.ENTITY, blueprint=kind, identifier="a") is None
    assert api.nodes(operations.RULE_RESULTS, filter={"blueprint": kind}) == []
    last = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": kind, "entity": "a"})[0]
    assert (last["toLevel"], last["teams"]) == (None, ["x"])


def test_an_entity_of_over_a_megabyte_is_refused_also_when_a_merge_makes_it_one(
    api: Client, kind: str
) -> None:
    api.write_blueprint(blueprint(kind))
    (refused,) = upsert(api, entity("a", kind, language="x" * 1_000_001))
    assert issues(refused) == [("properties", "TOO_LARGE", "ERROR")]
    api.write_entities(entity("a", kind, language="x" * 600_000))
    (refused,) = upsert(api, entity("a", kind, settings={"text": "y" * 600_000}), mode="MERGE")
    assert issues(refused) == [("properties", "TOO_LARGE", "ERROR")]
    assert "1,200," in refused["issues"][0]["message"]
    read = api.query(operations.ENTITY, blueprint=kind, identifier="a")
    assert list(read["properties"]) == ["language"]


def test_hostile_names_and_values_come_back_as_they_were(api: Client, kind: str) -> None:
    names = ["0-a.d.", "easy!appointments", "engity's-bifröst", "replica-count", "$where", "a.b", "__proto__",
             "$set", "%24x", "a%2Eb", "constructor", "🦄", "a b", '"', "\\", "0", "_id"]  # fmt: skip
    api.write_blueprint(
        {"identifier": kind, "title": "T", "schema": {"properties": {name: {} for name in names}}}
    )
    value = {name: [name, {name: name}] for name in names}
    properties = dict.fromkeys(names, value)
    api.write_entities(*(entity(name, kind) | {"properties": properties} for name in names))
    for name in names:
        read = api.query(operations.ENTITY, blueprint=kind, identifier=name)
        assert read["identifier"] == name
        assert repr(read["properties"]) == repr(properties)
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == sorted(names)


def test_mutations_of_one_operation_see_what_those_before_them_did(api: Client, kind: str, card: str) -> None:
    document = """
    mutation($blueprint: BlueprintInput!, $first: ScorecardInput!, $then: ScorecardInput!, $kind: String!,
             $entities: UpsertEntitiesInput!) {
        unknown: deleteEntities(input: {blueprint: $kind, identifiers: ["a"]}) {results {outcome}}
        upsertBlueprint(input: $blueprint) {outcome}
        first: upsertScorecard(input: $first) {scorecard {title}}
        upsertEntities(input: $entities) {results {entity {scores {scorecard {title}}}}}
        evaluate(input: {blueprint: $kind, identifiers: ["a"]}) {results {entity {blueprint {title}}}}
        then: upsertScorecard(input: $then) {scorecard {rules {scorecard {title}}}}
    }"""
    answer = api.post(
        document,
        kind=kind,
        blueprint=blueprint(kind, title="Service"),
        first=scorecard(card, LIKED, of=kind, title="First"),
        then=scorecard(card, LIKED, of=kind, title="Then"),
        entities={"entities": [entity("a", kind)]},
    )
    data = answer["data"]
    assert data["upsertEntities"]["results"][0]["entity"]["scores"] == [{"scorecard": {"title": "First"}}]
    assert data["evaluate"]["results"][0]["entity"]["blueprint"] == {"title": "Service"}
    assert data["then"]["scorecard"]["rules"] == [{"scorecard": {"title": "Then"}}]
