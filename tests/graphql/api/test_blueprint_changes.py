"""Changes of blueprints that are in use: what is free, what needs force, and what force leaves behind."""

from typing import Any, Final

import pytest

from levelmark.domain.json import Json
from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data, issues
from tests.support.documents import blueprint, condition, entity, rule, scorecard

TIER: Final = {"type": "string", "enum": ["gold", "silver", "none"]}
OWNED: Final = {"owner": {"target": "team"}, "uses": {"target": "service", "many": True}}


def declared(kind: str, *, required: tuple[str, ...] = (), **properties: Json) -> dict[str, Json]:
    """A blueprint with these properties."""
    schema = {"properties": properties, "required": list(required)}
    return {"identifier": kind, "title": "T", "schema": schema}


def change(api: Client, document: dict[str, Json], **extra: Json) -> Data:
    """The answer to a blueprint that is sent."""
    payload: Data = api.query(operations.UPSERT_BLUEPRINT, input=document | extra)
    return payload


@pytest.mark.parametrize(
    "after",
    [
        {"tier": TIER | {"title": "T", "enumColors": {"gold": "gold"}}, "stars": {}},
        {"tier": TIER | {"enum": ["bronze", *TIER["enum"]], "default": "bronze"}, "stars": {}},
        {"tier": TIER, "stars": {}, "more": {"type": "number", "minimum": 5}},
    ],
    ids=["texts", "values", "properties"],
)
def test_additions_and_texts_are_free_and_look_at_no_entity(
    api: Client, kind: str, after: dict[str, Json]
) -> None:
    api.write_blueprint(declared(kind, tier=TIER, stars={}))
    api.write_entities(entity("a", kind, tier="gold", stars="many"))
    payload = change(api, declared(kind, **after))
    assert (payload["outcome"], payload["issues"]) == ("UPDATED", [])


def test_what_stored_entities_fit_is_narrowed_without_force(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, tier={"type": "string"}))
    api.write_entities(entity("a", kind, tier="gold"), entity("b", kind, tier=None), entity("c", kind))
    assert change(api, declared(kind, tier=TIER))["outcome"] == "UPDATED"


def test_entities_that_would_be_invalid_are_counted_with_ten_examples(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, tier={"type": "string"}))
    api.write_entities(*[entity(f"e{number:02}", kind, tier="odd") for number in range(12)])
    api.write_entities(entity("fine", kind, tier="gold"))
    payload = change(api, declared(kind, tier=TIER))
    assert payload["outcome"] == "INVALID"
    assert issues(payload) == [("", "BREAKS_ENTITIES", "ERROR")] * 11 + [("force", "NEEDS_FORCE", "ERROR")]
    told = [one["message"] for one in payload["issues"]]
    assert told[0] == "12 entities of 13 would no longer be valid, such as these"
    assert told[1].startswith(f'`{kind}/e00`: properties.tier: "odd" is not one of')
    assert "`force: true`" in told[-1]
    read = api.query(operations.BLUEPRINT, identifier=kind)
    assert (read["version"], read["schema"]["properties"]["tier"]) == (1, {"type": "string"})


def test_force_writes_it_with_warnings_and_is_no_part_of_the_document(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, tier={"type": "string"}))
    api.write_entities(entity("a", kind, tier="odd"))
    payload = change(api, declared(kind, tier=TIER), force=True)
    assert payload["outcome"] == "UPDATED"
    assert issues(payload) == [("", "BREAKS_ENTITIES", "WARNING")] * 2
    assert payload["blueprint"]["schema"]["properties"] == {"tier": TIER}
    assert change(api, declared(kind, tier=TIER))["outcome"] == "UNCHANGED"


def test_what_is_invalid_already_is_not_told_again(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, tier={"type": "string"}, stars={}))
    api.write_entities(entity("a", kind, tier="odd", stars=5))
    change(api, declared(kind, tier=TIER, stars={}), force=True)
    payload = change(api, declared(kind, tier=TIER, stars={"type": "number"}))
    assert (payload["outcome"], payload["issues"]) == ("UPDATED", [])


@pytest.mark.parametrize(("default", "outcome"), [(None, "INVALID"), ("none", "UPDATED")])
def test_a_property_becomes_required_where_a_default_stands_in(
    api: Client, kind: str, default: Json, outcome: str
) -> None:
    api.write_blueprint(declared(kind))
    api.write_entities(entity("a", kind))
    payload = change(api, declared(kind, tier=TIER | {"default": default}, required=("tier",)))
    assert payload["outcome"] == outcome


def test_removed_values_are_counted_and_stay_stored(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, tier=TIER, stars={}) | {"relations": OWNED})
    api.write_entities(
        entity("a", kind, tier="gold") | {"relations": {"owner": "red", "uses": []}},
        entity("b", kind, tier="gold", stars=None),
    )
    payload = change(api, declared(kind))
    assert issues(payload) == [
        ("schema.properties.tier", "REMOVES_VALUES", "ERROR"),
        ("relations.owner", "REMOVES_VALUES", "ERROR"),
        ("force", "NEEDS_FORCE", "ERROR"),
    ]
    assert [one["message"] for one in payload["issues"]][:2] == [
        "`tier` is removed, and 2 entities have a value of it",
        "`owner` is removed, and 1 entity has a value of it",
    ]
    assert change(api, declared(kind), force=True)["outcome"] == "UPDATED"
    assert api.query(operations.ENTITY, blueprint=kind, identifier="a")["properties"] == {"tier": "gold"}
    api.write_entities(entity("a", kind))
    assert api.query(operations.ENTITY, blueprint=kind, identifier="a")["properties"] == {}


def test_what_no_entity_has_is_removed_without_force(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, tier=TIER) | {"relations": OWNED})
    api.write_entities(entity("a", kind))
    assert change(api, declared(kind))["outcome"] == "UPDATED"


@pytest.mark.parametrize(
    ("relation", "path"),
    [
        ({"target": "person"}, "relations.owner.target"),
        ({"target": "team", "many": True}, ""),
        ({"target": "team", "required": True}, ""),
    ],
    ids=["target", "many", "required"],
)
def test_a_relation_that_means_something_else_breaks_entities(
    api: Client, kind: str, relation: Any, path: str
) -> None:
    api.write_blueprint(declared(kind) | {"relations": OWNED})
    api.write_entities(entity("a", kind) | {"relations": {"owner": "red"}}, entity("b", kind))
    payload = change(api, declared(kind) | {"relations": OWNED | {"owner": relation}})
    assert payload["outcome"] == "INVALID"
    assert (path, "BREAKS_ENTITIES", "ERROR") in issues(payload)


def test_a_scorecard_that_would_break_needs_force_and_is_told_with_warnings_from_then_on(
    api: Client, kind: str, card: str
) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, rule("liked", "Bronze", condition("stars", ">", 5)), of=kind))
    refused = change(api, declared(kind))
    assert issues(refused) == [("", "BREAKS_SCORECARD", "ERROR"), ("force", "NEEDS_FORCE", "ERROR")]
    assert "stars" in refused["issues"][0]["message"]
    assert card in refused["issues"][0]["message"]
    done = change(api, declared(kind), force=True)
    assert (done["outcome"], issues(done)) == ("UPDATED", [("", "BREAKS_SCORECARD", "WARNING")])
    again = change(api, declared(kind) | {"title": "Another"})
    assert (again["outcome"], issues(again)) == ("UPDATED", [("", "BREAKS_SCORECARD", "WARNING")])


def test_a_property_of_another_type_breaks_the_rules_that_compare_it(
    api: Client, kind: str, card: str
) -> None:
    api.write_blueprint(blueprint(kind))
    api.write_scorecard(scorecard(card, rule("liked", "Bronze", condition("stars", ">", 5)), of=kind))
    payload = change(api, declared(kind, stars={"type": "boolean"}))
    assert ("", "BREAKS_SCORECARD", "ERROR") in issues(payload)


def test_a_calculation_that_reads_what_is_removed_breaks(api: Client, kind: str) -> None:
    shout = {"shout": {"calculation": ".properties.tier | ascii_upcase", "type": "string"}}
    api.write_blueprint(declared(kind, tier=TIER) | {"calculationProperties": shout})
    payload = change(api, declared(kind) | {"calculationProperties": shout})
    assert issues(payload) == [
        ("calculationProperties.shout.calculation", "BREAKS_BLUEPRINT", "ERROR"),
        ("force", "NEEDS_FORCE", "ERROR"),
    ]
    assert change(api, declared(kind))["outcome"] == "UPDATED"


DEFAULTS: Final[dict[str, Any]] = {
    "tier": TIER | {"default": "none"},
    "tags": {"type": "array", "default": []},
    "stars": {"type": "number"},
}


def test_a_default_is_the_value_of_what_was_not_sent(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, required=("tier",), **DEFAULTS))
    (created,) = api.write_entities(entity("a", kind, stars=1))
    assert created["entity"]["properties"] == {"stars": 1, "tier": "none", "tags": []}
    (again,) = api.write_entities(entity("a", kind, stars=1))
    assert again["outcome"] == "UNCHANGED"
    (sent,) = api.write_entities(entity("a", kind, tier="gold", tags=None))
    assert sent["entity"]["properties"] == {"tier": "gold", "tags": None}
    (replaced,) = api.write_entities(entity("a", kind))
    assert replaced["entity"]["properties"] == {"tier": "none", "tags": []}


def test_a_merge_adds_the_defaults_of_what_is_absent_and_keeps_what_is_there(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, stars={"type": "number"}, tags={}))
    api.write_entities(entity("a", kind, tags=None))
    api.write_blueprint(declared(kind, **DEFAULTS))
    (merged,) = api.write_entities(entity("a", kind, stars=1), mode="MERGE")
    assert merged["entity"]["properties"] == {"tags": None, "stars": 1, "tier": "none"}


def test_a_default_of_a_required_property_that_is_null_does_not_stand_in(api: Client, kind: str) -> None:
    api.write_blueprint(declared(kind, required=("tier",), **DEFAULTS))
    payload = api.query(operations.UPSERT_ENTITIES, input={"entities": [entity("a", kind, tier=None)]})
    assert issues(payload["results"][0]) == [("properties.tier", "REQUIRED", "ERROR")]


def test_rules_see_defaults(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(declared(kind, **DEFAULTS))
    api.write_scorecard(scorecard(card, rule("told", "Bronze", condition("tier", "=", "none")), of=kind))
    (written,) = api.write_entities(entity("a", kind))
    assert written["entity"]["scores"][0]["level"]["title"] == "Bronze"


def test_a_default_that_does_not_fit_is_refused_with_its_place(api: Client, kind: str) -> None:
    payload = change(api, declared(kind, tier=TIER | {"default": "odd"}))
    assert issues(payload) == [("schema.properties.tier.default", "NOT_ALLOWED", "ERROR")]
