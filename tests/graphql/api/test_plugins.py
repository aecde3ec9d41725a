"""Operators, notifiers and plugins: what is installed, as clients may ask."""

from levelmark.plugins.loading import load_registry
from tests.graphql.api import operations
from tests.graphql.api.client import Client


def test_operators_are_listed_by_name_with_what_they_say_of_themselves(api: Client) -> None:
    registry = load_registry()
    listed = api.query(operations.OPERATORS)
    assert [one["name"] for one in listed] == sorted(registry.operators)
    for one in listed:
        operator = registry.operators[one["name"]]
        assert one["description"] == operator.description
        assert one["types"] == sorted(operator.types)
        assert one["valueSchema"] == operator.value_schema
        assert one["missing"] == operator.missing
        assert [(case["actual"], case["value"], case["verdict"]) for case in one["examples"]] == [
            (case.actual, case.value, case.verdict) for case in operator.examples
        ]
        assert one["name"] in one["plugin"]["operatorNames"]
    less = next(one for one in listed if one["name"] == "<")
    assert less["types"] == ["Number", "String"]
    assert (less["plugin"]["name"], less["plugin"]["distribution"]) == ("builtin", "levelmark")
    assert less["plugin"]["error"] is None


def test_notifiers_are_listed_by_name(api: Client) -> None:
    registry = load_registry()
    listed = api.query(operations.NOTIFIERS)
    assert [one["name"] for one in listed] == sorted(registry.notifiers)
    for one in listed:
        assert one["configurationSchema"] == registry.notifiers[one["name"]].configuration_schema
        assert one["description"] == registry.notifiers[one["name"]].description
        assert one["name"] in one["plugin"]["notifierNames"]


def test_plugins_are_listed_with_distribution_and_version(api: Client) -> None:
    listed = api.query(operations.PLUGINS)
    assert [(one["name"], one["distribution"], one["version"]) for one in listed] == [
        (one.name, one.distribution, one.version) for one in load_registry().plugins
    ]
    assert ("builtin", "levelmark") in [(one["name"], one["distribution"]) for one in listed]
