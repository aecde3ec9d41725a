"""Renaming as users meet it: at one moment, everywhere, with all that hangs on what is renamed."""

from collections.abc import Callable
from contextlib import aclosing
from typing import TypeAlias

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data, issues
from tests.graphql.api.streams import socket_to, take
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard

RENAMES = {
    "blueprint": operations.RENAME_BLUEPRINT,
    "property": operations.RENAME_PROPERTY,
    "relation": operations.RENAME_RELATION,
    "rule": operations.RENAME_RULE,
    "level": operations.RENAME_LEVEL,
}


def rename(api: Client, what: str, identifier: str, to: str, **owner: str) -> Data:
    """Renames something that can be renamed."""
    payload: Data = api.query(RENAMES[what], input={"identifier": identifier, "to": to, **owner})
    assert payload["outcome"] in ("UPDATED", "UNCHANGED"), payload["issues"]
    return payload


@pytest.fixture
def filled(api: Client, kind: str, card: str) -> None:
    """A blueprint with an entity of every kind of value, and a scorecard that it passes in part."""
    owner = {"title": "Owner", "target": f"{kind}-team"}
    api.write_blueprint({"identifier": f"{kind}-team", "title": "Team"})
    api.write_blueprint(blueprint(kind, relations={"owner": owner}))
    rules = (
        rule("liked", "Bronze", condition("stars", ">", 5)),
        rule("owned", "Silver", {"relation": "owner", "operator": "isNotEmpty"}),
        rule("ours", "Gold", condition("$blueprint", "=", kind), condition("stars", ">", 100)),
    )
    api.write_scorecard(scorecard(card, *rules, of=kind, filter=query(condition("language", "isNotEmpty"))))
    api.settle(kind)
    api.write_entities(
        entity("api", kind, stars=9, language="Go") | {"relations": {"owner": "platform"}},
        entity("web", kind, stars=1, language="Go"),
    )


def _entity(api: Client, kind: str, name: str = "api") -> Data:
    found: Data = api.query(operations.ENTITY, blueprint=kind, identifier=name)
    return found


@pytest.mark.usefixtures("filled")
def test_a_renamed_property_has_its_values_and_rules_and_nothing_is_evaluated_again(
    api: Client, kind: str, card: str
) -> None:
    before, known = _entity(api, kind), api.settle(kind)
    written = rename(api, "property", "stars", "likes", blueprint=kind)
    assert "likes" in written["blueprint"]["schema"]["properties"]
    after = _entity(api, kind)
    assert after["properties"] == {"likes": 9, "language": "Go"}
    assert list(after["properties"]) == ["likes", "language"]
    assert [after[name] for name in ("id", "version", "updatedAt")] == [
        before[name] for name in ("id", "version", "updatedAt")
    ]
    stored = api.query(operations.SCORECARD, identifier=card)
    assert stored["rules"][0]["query"] == query(condition("likes", ">", 5))
    (told,) = after["scores"][0]["ruleResults"][0]["explanation"]
    assert (told["property"], told["actual"], told["verdict"]) == ("likes", 9, "TRUE")
    assert [one["since"] for one in after["scores"]] == [one["since"] for one in before["scores"]]
    assert api.settle(kind) == known


@pytest.mark.usefixtures("filled")
def test_what_is_written_read_and_asked_for_under_the_new_name_is_found(api: Client, kind: str) -> None:
    rename(api, "property", "stars", "likes", blueprint=kind)
    rename(api, "relation", "owner", "team", blueprint=kind)
    (merged,) = api.write_entities(entity("web", kind, likes=50), mode="MERGE")
    assert merged["entity"]["properties"] == {"likes": 50, "language": "Go"}
    liked = {"query": query(condition("likes", ">", 10))}
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind, filter=liked) == ["web"]
    owned = {"query": query({"relation": "team", "operator": "isNotEmpty"})}
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind, filter=owned) == ["api"]
    assert _entity(api, kind)["relations"] == {"team": "platform"}


@pytest.mark.usefixtures("filled")
def test_the_old_name_of_a_property_is_unknown(api: Client, kind: str, card: str) -> None:
    rename(api, "property", "stars", "likes", blueprint=kind)
    payload = api.query(operations.UPSERT_ENTITIES, input={"entities": [entity("api", kind, stars=0)]})
    (result,) = payload["results"]
    assert issues(result) == [("properties.stars", "UNKNOWN_PROPERTY", "ERROR")]
    assert "likes" in result["issues"][0]["message"]
    asked = {"query": query(condition("stars", ">", 1))}
    code, message = api.refusal(operations.ENTITY_NAMES, blueprint=kind, filter=asked)
    assert code == "BAD_USER_INPUT"
    assert "`stars`" in message
    document = scorecard(card, rule("liked", "Bronze", condition("stars", ">", 5)), of=kind)
    payload = api.query(operations.UPSERT_SCORECARD, input=document)
    assert payload["outcome"] == "INVALID"


@pytest.mark.usefixtures("filled")
def test_a_renamed_blueprint_takes_everything_along(api: Client, kind: str, card: str) -> None:
    id_before = _entity(api, kind)["id"]
    other = f"{kind}-now"
    written = rename(api, "blueprint", kind, other)
    assert written["blueprint"]["identifier"] == other
    assert api.query(operations.BLUEPRINT, identifier=kind) is None
    assert api.query(operations.ENTITY, blueprint=kind, identifier="api") is None
    assert _entity(api, other)["blueprint"]["identifier"] == other
    assert api.query(operations.NODE, id=id_before)["blueprint"]["identifier"] == other
    (stored,) = api.nodes(operations.SCORECARDS, blueprint=other)
    assert stored["blueprint"]["identifier"] == other
    assert stored["rules"][2]["query"]["conditions"][0]["value"] == other
    assert api.nodes(operations.SCORECARDS, blueprint=kind) == []
    changes = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": other})
    assert {one["blueprintIdentifier"] for one in changes} == {other}
    assert api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": kind}) == []
    assert len(api.nodes(operations.RULE_RESULTS, filter={"blueprint": other})) == 6
    told = _entity(api, other)["scores"][0]["ruleResults"][2]["explanation"][0]
    assert (told["expected"], told["actual"], told["verdict"]) == (other, other, "TRUE")
    assert {one["blueprintIdentifier"] for one in api.settle(other)} == {other}
    code, message = api.refusal(operations.ENTITIES, blueprint=kind)
    assert (code, message) == ("NOT_FOUND", f"there is no blueprint `{kind}` (did you mean `{other}`?)")
    payload = api.query(operations.UPSERT_ENTITIES, input={"entities": [entity("x", kind)]})
    assert issues(payload["results"][0]) == [("blueprint", "UNKNOWN_BLUEPRINT", "ERROR")]
    assert api.query(operations.DELETE_SCORECARD, input={"identifier": card})["outcome"] == "INVALID"


@pytest.mark.usefixtures("filled")
def test_what_points_at_a_renamed_blueprint_shows_its_new_name(api: Client, kind: str) -> None:
    rename(api, "blueprint", f"{kind}-team", f"{kind}-squad")
    stored = api.query(operations.BLUEPRINT, identifier=kind)
    assert stored["relations"]["owner"]["target"] == f"{kind}-squad"
    document = blueprint(kind, relations=stored["relations"])
    assert api.query(operations.UPSERT_BLUEPRINT, input=document)["outcome"] == "UNCHANGED"


@pytest.mark.usefixtures("filled")
def test_the_history_of_a_renamed_rule_and_level_goes_on(api: Client, kind: str, card: str) -> None:
    rename(api, "rule", "liked", "popular", scorecard=card)
    rename(api, "level", "Bronze", "Copper", scorecard=card)
    api.write_entities(entity("web", kind, stars=50, language="Go"))
    changes = api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card, "rule": "popular"})
    told = [(one["entityIdentifier"], one["fromResult"], one["toResult"]) for one in changes]
    assert told == [("web", "NOT_PASSED", "PASSED"), ("web", None, "NOT_PASSED"), ("api", None, "PASSED")]
    assert {one["ruleIdentifier"] for one in changes} == {"popular"}
    assert api.nodes(operations.RESULT_CHANGES, filter={"scorecard": card, "rule": "liked"}) == []
    levels = api.nodes(operations.LEVEL_CHANGES, filter={"blueprint": kind, "entity": "web"})
    assert [(one["fromLevel"], one["toLevel"]) for one in levels] == [("Basic", "Copper"), (None, "Basic")]
    on = {"level": {"scorecard": card, "levels": ["Copper"]}}
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind, filter=on) == ["web"]
    assert [one["identifier"] for one in api.nodes(operations.RULES, scorecard=card, level="Copper")] == [
        "popular"
    ]
    results = api.nodes(operations.RULE_RESULTS, filter={"blueprint": kind, "rule": "popular"})
    assert [one["entity"]["identifier"] for one in results] == ["api", "web"]
    assert {one["rule"]["level"]["title"] for one in results} == {"Copper"}
    assert api.query(operations.RULE, scorecard=card, identifier="popular")["level"]["title"] == "Copper"
    assert api.query(operations.RULE, scorecard=card, identifier="liked") is None
    assert api.nodes(operations.RULE_RESULTS, filter={"blueprint": kind, "level": "Bronze"}) == []


@pytest.mark.usefixtures("filled")
def test_ids_and_cursors_from_before_a_renaming_go_on_working(api: Client, kind: str, card: str) -> None:
    rule_id = api.query(operations.RULE, scorecard=card, identifier="liked")["id"]
    page = api.query(operations.RULES, scorecard=card, first=1)
    results = api.query(operations.RULE_RESULTS, filter={"blueprint": kind}, first=1)
    rename(api, "rule", "liked", "popular", scorecard=card)
    rename(api, "blueprint", kind, f"{kind}-now")
    assert api.query(operations.NODE, id=rule_id)["identifier"] == "popular"
    after = page["pageInfo"]["endCursor"]
    assert api.identifiers(operations.RULES, scorecard=card, after=after) == ["owned", "ours"]
    after = results["pageInfo"]["endCursor"]
    rest = api.nodes(operations.RULE_RESULTS, filter={"blueprint": f"{kind}-now"}, after=after)
    assert [one["rule"]["identifier"] for one in rest] == ["owned", "ours", "popular", "owned", "ours"]


@pytest.mark.usefixtures("filled")
def test_two_properties_swap_their_names(api: Client, kind: str) -> None:
    for name, to in (("stars", "x"), ("language", "stars"), ("x", "language")):
        rename(api, "property", name, to, blueprint=kind)
    assert _entity(api, kind)["properties"] == {"language": 9, "stars": "Go"}
    api.write_entities(entity("web", kind, language=3, stars="C"))
    assert _entity(api, kind, "web")["properties"] == {"language": 3, "stars": "C"}


@pytest.mark.usefixtures("filled")
def test_a_new_property_of_the_old_name_is_another(api: Client, kind: str) -> None:
    rename(api, "property", "stars", "likes", blueprint=kind)
    stored = api.query(operations.BLUEPRINT, identifier=kind)
    properties = {**stored["schema"]["properties"], "stars": {"type": "string"}}
    document = blueprint(kind, schema={"properties": properties}, relations=stored["relations"])
    payload = api.write_blueprint(document)
    assert ("schema.properties.stars", "WAS_RENAMED", "WARNING") in issues(payload)
    api.settle(kind)
    assert list(payload["blueprint"]["schema"]["properties"]) == list(properties)
    api.write_entities(entity("api", kind, stars="new"), mode="MERGE")
    assert _entity(api, kind)["properties"] == {"likes": 9, "language": "Go", "stars": "new"}
    rename(api, "property", "likes", "loves", blueprint=kind)
    rename(api, "property", "stars", "likes", blueprint=kind)
    assert _entity(api, kind)["properties"] == {"loves": 9, "language": "Go", "likes": "new"}


@pytest.mark.usefixtures("filled")
def test_a_document_with_the_new_names_changes_nothing(api: Client, kind: str, card: str) -> None:
    rename(api, "property", "stars", "likes", blueprint=kind)
    rename(api, "rule", "liked", "popular", scorecard=card)
    rename(api, "level", "Bronze", "Copper", scorecard=card)
    stored = api.query(operations.SCORECARD, identifier=card)
    rules = [{name: one[name] for name in ("identifier", "title", "query")} | {"level": one["level"]["title"]}
             for one in stored["rules"]]  # fmt: skip
    document = {"identifier": card, "title": stored["title"], "blueprint": kind, "filter": stored["filter"],
                "levels": stored["levels"], "rules": rules}  # fmt: skip
    assert api.query(operations.UPSERT_SCORECARD, input=document)["outcome"] == "UNCHANGED"
    (again,) = api.write_entities(
        entity("api", kind, likes=9, language="Go") | {"relations": {"owner": "platform"}}
    )
    assert again["outcome"] == "UNCHANGED"


@pytest.mark.usefixtures("filled")
def test_one_rule_is_written_and_deleted_by_its_new_name(api: Client, kind: str, card: str) -> None:
    rename(api, "rule", "liked", "popular", scorecard=card)
    rename(api, "property", "stars", "likes", blueprint=kind)
    changed = rule("popular", "Bronze", condition("likes", ">", 6))
    payload = api.query(operations.UPSERT_RULE, input={"scorecard": card, "rule": changed})
    assert (payload["outcome"], payload["rule"]["identifier"]) == ("UPDATED", "popular")
    api.settle(kind)
    assert api.identifiers(operations.RULES, scorecard=card) == ["popular", "owned", "ours"]
    unknown = api.query(operations.DELETE_RULE, input={"scorecard": card, "identifier": "liked"})
    assert issues(unknown) == [("identifier", "NOT_FOUND", "ERROR")]
    payload = api.query(operations.DELETE_RULE, input={"scorecard": card, "identifier": "popular"})
    assert payload["outcome"] == "DELETED"


Wrong: TypeAlias = tuple[str, str, str, Callable[[str, str], dict[str, str]], tuple[str, str]]

WRONG: list[Wrong] = [
    ("property", "stars", "language", lambda kind, _: {"blueprint": kind}, ("to", "DUPLICATE")),
    ("property", "stars", "owner", lambda kind, _: {"blueprint": kind}, ("to", "DUPLICATE")),
    ("property", "stars", "$title", lambda kind, _: {"blueprint": kind}, ("to", "DUPLICATE")),
    ("property", "stars", " x", lambda kind, _: {"blueprint": kind}, ("to", "NO_MATCH")),
    ("property", "strs", "x", lambda kind, _: {"blueprint": kind}, ("identifier", "NOT_FOUND")),
    ("property", "owner", "x", lambda kind, _: {"blueprint": kind}, ("identifier", "NOT_FOUND")),
    ("property", "stars", "x", lambda kind, _: {"blueprint": f"{kind}?"}, ("blueprint", "NOT_FOUND")),
    ("relation", "owner", "stars", lambda kind, _: {"blueprint": kind}, ("to", "DUPLICATE")),
    ("relation", "stars", "x", lambda kind, _: {"blueprint": kind}, ("identifier", "NOT_FOUND")),
    ("rule", "liked", "owned", lambda _, card: {"scorecard": card}, ("to", "DUPLICATE")),
    ("rule", "liked", "x", lambda _, card: {"scorecard": f"{card}?"}, ("scorecard", "NOT_FOUND")),
    ("level", "Bronze", "Gold", lambda _, card: {"scorecard": card}, ("to", "DUPLICATE")),
    ("level", "bronze", "x", lambda _, card: {"scorecard": card}, ("identifier", "NOT_FOUND")),
    ("level", "Bronze", "", lambda _, card: {"scorecard": card}, ("to", "TOO_SHORT")),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]}-{wrong[1]}-{wrong[2]}")
@pytest.mark.usefixtures("filled")
def test_what_cannot_be_renamed_so_is_refused_with_the_place(
    api: Client, kind: str, card: str, wrong: Wrong
) -> None:
    what, name, to, owner, expected = wrong
    payload = api.query(RENAMES[what], input={"identifier": name, "to": to, **owner(kind, card)})
    assert payload["outcome"] == "INVALID"
    assert [(path, code) for path, code, _ in issues(payload)] == [expected]


@pytest.mark.usefixtures("filled")
def test_a_blueprint_gets_no_name_that_is_taken_or_kept(api: Client, kind: str) -> None:
    for to in (f"{kind}-team", "_rule"):
        payload = api.query(operations.RENAME_BLUEPRINT, input={"identifier": kind, "to": to})
        assert issues(payload) == [("to", "DUPLICATE", "ERROR")]
    payload = api.query(operations.RENAME_BLUEPRINT, input={"identifier": f"{kind}x", "to": "y"})
    assert issues(payload) == [("identifier", "NOT_FOUND", "ERROR")]
    assert payload["issues"][0]["suggestion"] == kind


@pytest.mark.usefixtures("filled")
def test_renaming_to_the_same_name_changes_nothing(api: Client, kind: str) -> None:
    payload = rename(api, "property", "stars", "stars", blueprint=kind)
    assert (payload["outcome"], payload["blueprint"]["version"]) == ("UNCHANGED", 1)


@pytest.mark.usefixtures("filled")
def test_a_blueprint_of_the_old_name_is_another_and_names_can_go_back(api: Client, kind: str) -> None:
    rename(api, "blueprint", kind, f"{kind}-now")
    payload = api.write_blueprint(blueprint(kind))
    assert payload["outcome"] == "CREATED"
    assert ("identifier", "WAS_RENAMED", "WARNING") in issues(payload)
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == []
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=f"{kind}-now") == ["api", "web"]
    api.write_entities(entity("new", kind))
    listed = [one for one in api.identifiers(operations.BLUEPRINTS, first=500) if one.startswith(kind)]
    assert listed == [kind, f"{kind}-now", f"{kind}-team"]
    rename(api, "blueprint", kind, f"{kind}-other")
    rename(api, "blueprint", f"{kind}-now", kind)
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=kind) == ["api", "web"]
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=f"{kind}-other") == ["new"]
    gone = api.query(operations.DELETE_BLUEPRINT, input={"identifier": kind, "force": True})
    assert (gone["outcome"], gone["entities"], gone["scorecards"]) == ("DELETED", 2, 1)
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=f"{kind}-other") == ["new"]


@pytest.mark.usefixtures("filled")
async def test_a_subscriber_hears_the_new_names_and_its_filter_goes_on_meaning_the_same(
    api: Client, kind: str, card: str
) -> None:
    told = (operations.RESULT_CHANGES, operations.LEVEL_CHANGES)
    newest = str(max(int(api.nodes(one, first=1)[0]["cursor"]) for one in told))
    wanted = {"blueprint": kind, "scorecard": card, "rule": "liked"}
    async with (
        socket_to(api.url) as socket,
        aclosing(socket.follow(operations.FOLLOW_RESULTS, filter=wanted, after=newest)) as results,
        aclosing(socket.follow(operations.FOLLOW_LEVELS, filter={"blueprint": kind}, after=newest)) as levels,
    ):
        api.write_entities(entity("web", kind, stars=9, language="Go"))
        assert (await take(1, results))[0]["ruleIdentifier"] == "liked"
        assert (await take(1, levels))[0]["toLevel"] == "Bronze"
        rename(api, "rule", "liked", "popular", scorecard=card)
        rename(api, "level", "Bronze", "Copper", scorecard=card)
        rename(api, "blueprint", kind, f"{kind}-now")
        api.write_entities(entity("web", f"{kind}-now", stars=1, language="Go"))
        (result,), (level,) = await take(1, results), await take(1, levels)
    assert (result["ruleIdentifier"], result["blueprintIdentifier"]) == ("popular", f"{kind}-now")
    assert (level["fromLevel"], level["toLevel"], level["blueprintIdentifier"]) == (
        "Copper",
        "Basic",
        f"{kind}-now",
    )


@pytest.mark.usefixtures("filled")
def test_what_is_searched_ordered_counted_and_followed_has_the_new_names(
    api: Client, kind: str, card: str
) -> None:
    api.write_entities(entity("platform", f"{kind}-team") | {"title": "Platform"})
    for name, to in (("stars", "likes"), ("language", "lingo")):
        rename(api, "property", name, to, blueprint=kind)
    rename(api, "relation", "owner", "squad", blueprint=kind)
    rename(api, "level", "Silver", "Copper", scorecard=card)
    rename(api, "blueprint", kind, f"{kind}-now")
    rename(api, "blueprint", f"{kind}-team", f"{kind}-squad")
    ordered = {"property": "likes", "direction": "DESC"}
    assert api.identifiers(operations.ENTITY_NAMES, blueprint=f"{kind}-now", order=ordered) == ["api", "web"]
    code, message = api.refusal(operations.ENTITY_NAMES, blueprint=f"{kind}-now", order={"property": "stars"})
    assert (code, message.partition(" (")[0]) == (
        "BAD_USER_INPUT",
        f"blueprint `{kind}-now` has no property `stars`",
    )
    counts = "{facets(blueprint: %s, %s) {values {value count}}}"
    quoted = f'"{kind}-now"'
    found = api.query(counts % (quoted, 'property: "lingo"'))
    assert found["values"] == [{"value": "Go", "count": 2}]
    found = api.query(counts % (quoted, 'relation: "squad"'))
    assert found["values"] == [{"value": "platform", "count": 1}]
    found = api.query(counts % (quoted, f'scorecard: "{card}"'))
    assert {one["value"] for one in found["values"]} == {"Basic", "Copper"}
    hits = '{search(text: "go", blueprints: [%s]) {edges {matched node {identifier properties}}}}'
    found = api.query(hits % quoted)["edges"]
    assert {tuple(one["matched"]) for one in found} == {("lingo",)}
    related = """query($kind: String!) {entity(blueprint: $kind, identifier: "api") {
        related(relation: "squad") {edges {node {identifier blueprint {identifier}}}}}}"""
    found = api.query(related, kind=f"{kind}-now")["related"]["edges"]
    assert [one["node"]["blueprint"]["identifier"] for one in found] == [f"{kind}-squad"]
    back = """query($kind: String!, $from: String!) {entity(blueprint: $kind, identifier: "platform") {
        relatedBy(blueprint: $from, relation: "squad") {edges {node {identifier}}}}}"""
    found = api.query(back, **{"kind": f"{kind}-squad", "from": f"{kind}-now"})["relatedBy"]["edges"]
    assert [one["node"]["identifier"] for one in found] == ["api"]
    code, message = api.refusal(back, **{"kind": f"{kind}-squad", "from": kind})
    assert (code, message.partition(" (")[0]) == ("NOT_FOUND", f"there is no blueprint `{kind}`")


def test_reasons_and_explanations_speak_in_the_new_names(api: Client, kind: str, card: str) -> None:
    api.write_blueprint(blueprint(kind))
    compared = condition("stars", ">", {"property": "limit"})
    api.write_blueprint(
        blueprint(kind, schema={"properties": {"stars": {"type": "number"}, "limit": {"type": "number"},
                                               "settings": {"type": "object"}}})
    )  # fmt: skip
    kept = condition("settings", "isEmpty")
    api.write_scorecard(scorecard(card, rule("r", "Gold", compared), rule("s", "Gold", kept), of=kind))
    api.write_entities(entity("api", kind, stars=1, settings={"property": "stars"}))
    rename(api, "property", "stars", "likes", blueprint=kind)
    rename(api, "property", "limit", "bound", blueprint=kind)
    (score,) = _entity(api, kind)["scores"]
    compared_result, kept_result = score["ruleResults"]
    assert compared_result["reason"] == "`likes`: no data in `bound`"
    (told,) = compared_result["explanation"]
    assert told["reason"] == "no data in `bound`"
    assert kept_result["explanation"][0]["actual"] == {"property": "stars"}
