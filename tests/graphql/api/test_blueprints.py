"""Blueprints: written, read back as they were sent, listed, deleted with what hangs on them."""

from tests.graphql.api import operations
from tests.graphql.api.client import Client, issues
from tests.support.documents import blueprint, condition, entity, rule, scorecard

LIKED = rule("liked", "Bronze", condition("stars", ">", 5))


def test_a_blueprint_is_read_back_as_it_was_sent(api: Client, kind: str) -> None:
    sent = {
        "identifier": kind,
        "title": "Service",
        "icon": "Service",
        "description": "What we **run**.",
        "schema": {
            "properties": {
                "z": {"type": "string", "title": "Z", "enum": ["b", "a"], "enumColors": {"b": "red"}},
                "a": {"type": ["number", "null"], "minimum": 1.0, "maximum": 5},
            },
            "required": ["z"],
        },
        "relations": {
            "team": {"title": "Team", "target": "team", "required": False, "many": False},
            "uses": {"target": kind, "many": True},
        },
        "mirrorProperties": {"slack": {"title": "Slack", "path": "team.slack"}},
        "calculationProperties": {"url": {"title": "URL", "type": "string", "calculation": ".identifier"}},
        "aggregationProperties": {
            "n": {
                "title": "N",
                "target": kind,
                "type": "number",
                "calculationSpec": {"calculationBy": "entities", "func": "count"},
                "query": {
                    "combinator": "and",
                    "rules": [{"property": "z", "operator": "=", "value": "a"}],
                },
            }
        },
        "ownership": {"type": "Inherited", "path": "team"},
    }
    payload = api.write_blueprint(sent)
    assert payload["outcome"] == "CREATED"
    assert payload["evaluation"] is None
    read = api.query(operations.BLUEPRINT, identifier=kind)
    assert read == payload["blueprint"]
    assert {name: read[name] for name in sent} == sent
    assert list(read["schema"]["properties"]) == ["z", "a"]
    assert repr(read["schema"]["properties"]["a"]["minimum"]) == "1.0"
    assert read["version"] == 1
    assert read["createdAt"] == read["updatedAt"]


def test_what_was_left_out_reads_as_empty(api: Client, kind: str) -> None:
    read = api.write_blueprint({"identifier": kind, "title": "T"})["blueprint"]
    assert (read["icon"], read["description"], read["ownership"]) == (None, None, None)
    assert read["schema"] == {"properties": {}}
    assert read["relations"] == read["mirrorProperties"] == read["calculationProperties"] == {}
    assert read["aggregationProperties"] == {}


def test_nulls_count_as_left_out(api: Client, kind: str) -> None:
    bare = {"identifier": kind, "title": "T"}
    api.write_blueprint(bare)
    nulls = dict.fromkeys(["icon", "description", "schema", "relations", "mirrorProperties"])
    assert api.write_blueprint(bare | nulls)["outcome"] == "UNCHANGED"


def test_the_same_again_is_unchanged_and_another_grows_the_version(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    assert api.write_blueprint(blueprint(kind))["outcome"] == "UNCHANGED"
    payload = api.write_blueprint(blueprint(kind, title="Another"))
    assert payload["outcome"] == "UPDATED"
    assert payload["blueprint"]["version"] == 2
    assert payload["evaluation"] is None  # a text is shown, and nothing depends on it


def test_a_change_that_rules_see_evaluates_the_entities_again(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    late = rule("late", "Bronze", condition("deployed_at", ">", "2026-01-31T12:00:00Z"))
    api.write_scorecard(scorecard(card, late, of=kind))
    properties = blueprint()["schema"]["properties"] | {"deployed_at": {"type": "string"}}
    payload = api.write_blueprint(blueprint(kind, schema={"properties": properties}))
    assert payload["evaluation"]["blueprintIdentifier"] == kind
    assert payload["evaluation"]["cause"] == {"kind": "BLUEPRINT_WRITTEN", "evaluation": None}


def test_an_unknown_blueprint_is_null(api: Client, kind: str) -> None:
    assert api.query(operations.BLUEPRINT, identifier=kind) is None


def test_blueprints_are_listed_by_identifier_page_by_page(api: Client, kind: str) -> None:
    names = [f"{kind}-{letter}" for letter in "cabd"]
    for name in names:
        api.write_blueprint(blueprint(name))
    found, after = [], None
    for _ in range(1_000):
        page = api.query(operations.BLUEPRINTS, first=3, after=after)
        found += [edge["node"]["identifier"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == sorted(set(found))
    assert set(names) <= set(found)


def test_a_blueprint_with_nothing_is_deleted_at_once(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    payload = api.query(operations.DELETE_BLUEPRINT, input={"identifier": kind})
    assert payload == {"outcome": "DELETED", "entities": 0, "scorecards": 0, "issues": []}
    assert api.query(operations.BLUEPRINT, identifier=kind) is None


def test_what_hangs_on_a_blueprint_goes_only_by_force(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, LIKED, of=kind))
    api.write_entities(entity("a", kind, stars=9), entity("b", kind))
    refused = api.query(operations.DELETE_BLUEPRINT, input={"identifier": kind})
    assert (refused["outcome"], refused["entities"], refused["scorecards"]) == ("INVALID", 2, 1)
    assert issues(refused) == [("force", "NEEDS_FORCE", "ERROR")]
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == ["a", "b"]
    done = api.query(operations.DELETE_BLUEPRINT, input={"identifier": kind, "force": True})
    assert (done["outcome"], done["entities"], done["scorecards"]) == ("DELETED", 2, 1)
    assert api.query(operations.SCORECARD, identifier=card) is None
    assert api.query(operations.ENTITY, blueprint=kind, identifier="a") is None
    farewell = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": kind, "entity": "a"})[0]
    assert (farewell["fromLevel"], farewell["toLevel"]) == ("Bronze", None)
    assert farewell["cause"]["kind"] == "ENTITY_DELETED"
    assert farewell["entity"] is None


def test_deleting_an_unknown_blueprint_is_an_issue(api: Client, kind: str) -> None:
    payload = api.query(operations.DELETE_BLUEPRINT, input={"identifier": kind})
    assert issues(payload) == [("identifier", "NOT_FOUND", "ERROR")]


def test_a_relation_to_a_blueprint_to_come_is_a_warning(api: Client, kind: str) -> None:
    payload = api.write_blueprint(blueprint(kind, relations={"team": {"target": f"{kind}-team"}}))
    assert issues(payload) == [("relations.team.target", "UNKNOWN_BLUEPRINT", "WARNING")]
