"""Names and keys: whatever is written, renamed and removed, one text never means two things."""

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.documents import to_blueprint, to_document, to_scorecard
from levelmark.domain.entity import EntityInput
from levelmark.domain.naming import MARK, Names, Naming, OwnNames, naming_of
from levelmark.engine.translating import ToKeys, ToNames
from tests.support.documents import condition, rule, scorecard

_NAME: Final = st.sampled_from(["a", "b", "c", "a.b", "$x"])
_STEP: Final = st.tuples(st.sampled_from(["write", "rename", "remove"]), _NAME, _NAME)


@given(st.lists(_STEP, max_size=30))
def test_a_key_stays_and_means_one_thing_whatever_is_renamed_removed_and_written_anew(
    steps: list[tuple[str, str, str]],
) -> None:
    names, keys, last_names = Names(), dict[str, str](), dict[str, str]()
    for step, name, to in steps:
        if step == "rename" and name in keys and to not in keys:
            names = names.renamed(name, to)
            keys = {to if one == name else one: key for one, key in keys.items()}
        elif step != "rename":
            wanted = {*keys, name} if step == "write" else keys.keys() - {name}
            names = names.holding(wanted)
            for one in wanted - keys.keys():
                assert last_names.setdefault(names.key(one), one) == one, "it is another thing's key"
            keys = {one: keys.get(one, names.key(one)) for one in wanted}
        last_names |= {key: one for one, key in keys.items()}
        assert {one: names.key(one) for one in keys} == keys
        assert {names.name(key): key for key in keys.values()} == keys
        assert all(names.key(one) not in keys.values() for one in {"a", "b", "c"} - keys.keys())
        values = {key: place for place, key in enumerate(keys.values())}
        assert list(names.keyed(names.named(values)).items()) == list(values.items())


def test_two_names_can_be_swapped() -> None:
    names = Names().renamed("a", "t").renamed("b", "a").renamed("t", "b")
    assert names.named({"a": 1, "b": 2}) == {"b": 1, "a": 2}


def test_what_was_renamed_back_needs_no_translation() -> None:
    assert Names().renamed("a", "b").renamed("b", "a").plain


def test_the_old_name_is_nobody_s_until_something_new_is_called_so() -> None:
    names = Names().renamed("tier", "criticality")
    assert names.key("tier") == f"tier{MARK}2"
    assert names.name(names.key("tier")) == "tier"
    both = names.holding(["criticality", "tier"])
    assert both.named({"tier": 1, f"tier{MARK}2": 2}) == {"criticality": 1, "tier": 2}


def test_what_takes_the_old_name_of_a_removed_thing_does_not_get_its_values() -> None:
    names = Names().renamed("tier", "criticality").holding(["tier"])
    assert names.named({"tier": "an old value"}) == {"criticality": "an old value"}
    assert names.key("tier") != "tier"


def test_a_removed_thing_is_the_same_when_it_comes_back_under_its_last_name() -> None:
    names = Names().renamed("tier", "criticality")
    assert names.holding([]).holding(["criticality"]) == names


def test_keys_that_a_reader_has_not_heard_of_do_not_show() -> None:
    assert Names().named({"tier": 1, f"tier{MARK}2": 2}) == {"tier": 1}
    assert Names().name(f"tier{MARK}2") == "tier"


SERVICE: Final = to_blueprint(
    {
        "identifier": "service",
        "title": "Service",
        "schema": {"properties": {"tier": {"type": "string"}, "stars": {}}, "required": ["tier"]},
        "relations": {"team": {"target": "team"}, "team.lead": {"target": "person"}},
        "mirrorProperties": {"slack": {"path": "team.slack"}, "who": {"path": "team.lead.$title"}},
        "calculationProperties": {
            "both": {"calculation": ".properties.tier + .properties.stars", "type": "string"}
        },
        "aggregationProperties": {
            "peers": {
                "target": "service",
                "query": {"combinator": "and", "rules": [{"property": "tier", "operator": "isNotEmpty"}]},
                "calculationSpec": {"calculationBy": "property", "func": "sum", "property": "stars"},
                "pathFilter": [{"path": ["team", "services"]}],
            }
        },
    }
)
TEAM: Final = to_blueprint(
    {
        "identifier": "team",
        "title": "Team",
        "schema": {"properties": {"slack": {}}},
        "relations": {"services": {"target": "service", "many": True}},
    }
)
PERSON: Final = to_blueprint({"identifier": "person", "title": "Person"})
SURROUNDINGS: Final = {one.identifier: one for one in (SERVICE, TEAM, PERSON)}


def _naming(service: Names, team: Names, blueprints: dict[str, str]) -> Naming:
    own = {"service": OwnNames(blueprints.get("service"), service),
           "team": OwnNames(blueprints.get("team"), team),
           "person": OwnNames(blueprints.get("person"))}  # fmt: skip
    return naming_of(own, {}, SURROUNDINGS)


def test_a_blueprint_is_told_in_the_names_of_all_that_it_refers_to() -> None:
    service = Names().renamed("tier", "criticality").renamed("team", "owner").renamed("slack", "channel")
    naming = _naming(service, Names().renamed("slack", "chat").renamed("services", "owns"), {"team": "squad"})
    told: Any = to_document(ToNames(naming).blueprint(SERVICE))
    assert list(told["schema"]["properties"]) == ["criticality", "stars"]
    assert told["schema"]["required"] == ["criticality"]
    assert told["relations"] == {"owner": {"target": "squad"}, "team.lead": {"target": "person"}}
    assert told["mirrorProperties"]["channel"] == {"path": "owner.chat"}
    assert told["mirrorProperties"]["who"] == {"path": "team.lead.$title"}
    assert told["calculationProperties"]["both"]["calculation"] == (
        ".properties.criticality + .properties.stars"
    )
    peers = told["aggregationProperties"]["peers"]
    assert peers["query"]["rules"] == [{"property": "criticality", "operator": "isNotEmpty"}]
    assert peers["pathFilter"] == [{"path": ["owner", "owns"]}]


_THINGS: Final = ("tier", "stars", "team", "team.lead", "slack", "who", "both", "peers")
_RENAMES: Final = st.lists(
    st.tuples(st.sampled_from(_THINGS), st.sampled_from([*_THINGS, "x", "y.z", "team.slack"])), max_size=8
)


def _renamed(renames: list[tuple[str, str]], things: set[str]) -> Names:
    names, live = Names(), set(things)
    for name, to in renames:
        if name in live and to not in live:
            names, live = names.renamed(name, to), live - {name} | {to}
    return names


@given(
    _RENAMES,
    _RENAMES,
    st.dictionaries(st.sampled_from(["service", "team", "person"]), st.just("x"), max_size=1),
)
def test_every_document_is_the_same_after_a_journey_there_and_back(
    service: list[tuple[str, str]], team: list[tuple[str, str]], blueprints: dict[str, str]
) -> None:
    naming = _naming(
        _renamed(service, set(_THINGS)), _renamed(team, {"slack", "services", "tier"}), blueprints
    )
    for blueprint in SURROUNDINGS.values():
        told = ToNames(naming).blueprint(blueprint)
        keyed = ToKeys(naming).blueprint(told)
        assert _letters(keyed) == _letters(blueprint)
        assert to_document(ToNames(naming).blueprint(keyed)) == to_document(told)


def _letters(blueprint: Blueprint) -> str:
    # A program may be spelt otherwise: `.["x"]` for `.x`.
    return repr(to_document(blueprint)).replace('["tier"]', ".tier").replace('["stars"]', ".stars")


def test_names_are_swapped_in_calculations_of_properties_and_relations() -> None:
    swapped = Names().renamed("tier", "x").renamed("stars", "tier").renamed("x", "stars")
    naming = _naming(swapped.renamed("team", "owner"), Names(), {})
    program = ".properties.tier + .properties.stars + .relations.team + .team"
    blueprint = replace(SERVICE, calculation_properties={"both": {"calculation": program}})
    told = ToNames(naming).blueprint(blueprint).calculation_properties["both"]["calculation"]
    assert told == ".properties.stars + .properties.tier + .relations.owner + .team"


@given(_RENAMES)
def test_conditions_and_entities_travel_there_and_back(renames: list[tuple[str, str]]) -> None:
    naming = _naming(_renamed(renames, set(_THINGS)), Names(), {"service": "component"})
    conditions = [
        condition("tier", "=", {"property": "stars"}),
        condition("$blueprint", "=", "service"),
        {"relation": "team", "operator": "isNotEmpty"},
        {"combinator": "or", "conditions": [condition("who", "isEmpty")]},
    ]
    card = to_scorecard(scorecard("quality", rule("r", "Bronze", *conditions)))
    assert ToKeys(naming).scorecard(ToNames(naming).scorecard(card)) == card
    document = to_document(card.rules[0].query)
    told = ToNames(naming).query_document("service", document)
    assert told == to_document(ToNames(naming).query("service", card.rules[0].query))
    assert ToKeys(naming).query_document("service", told) == document
    sent = EntityInput("service", "api", properties={"tier": 1, "stars": [2]}, relations={"team": "t"})
    names = naming.properties_of("service")
    called = replace(sent, blueprint="component", properties=names.named(sent.properties),
                     relations=names.named(sent.relations))  # fmt: skip
    assert ToKeys(naming).written(called) == sent
