"""An expectation of a suite: what must hold, and what to do where it does not."""

from collections.abc import Mapping

import jsonschema_rs

from levelmark.domain.json import Json


def expect(holds: object, remedy: str) -> None:
    """Raises AssertionError with the remedy unless it holds; asserts of installed modules say too little."""
    __tracebackhide__ = True
    if not holds:
        raise AssertionError(remedy)


def expect_schema(schema: Mapping[str, Json], owner: str) -> None:
    """Expects a JSON Schema (draft 2020-12) that needs nothing from the network."""
    try:
        jsonschema_rs.Draft202012Validator(dict(schema), offline=True)
    except ValueError as error:
        raise AssertionError(f"the JSON Schema of `{owner}` is not valid: {error}") from error


def expect_conformity(value: Json, schema: Mapping[str, Json], owner: str) -> None:
    """Expects that the schema allows the value."""
    errors = jsonschema_rs.Draft202012Validator(dict(schema), offline=True).iter_errors(value)
    for error in errors:
        raise AssertionError(f"`{owner}` refuses {value!r} by its own schema: {error.message}")
