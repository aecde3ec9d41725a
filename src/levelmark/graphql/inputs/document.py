"""Turning inputs back into the documents that were sent."""

import dataclasses
from typing import Any

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from levelmark.domain.json import Json
from levelmark.graphql.inputs.query import ConditionInput


def document(value: Any) -> Json:
    """The document of an input: its fields by their names in the schema, unset ones left out."""
    if isinstance(value, list):
        return [document(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return getattr(value, "value", value)
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, ConditionInput):  # typed clients send null for the fields of the other kind
        fields = {name: item for name, item in fields.items() if item is not None or name == "value"}
    return {_field(name): document(item) for name, item in fields.items() if item is not UNSET}


def _field(name: str) -> str:
    return "not" if name == "negated" else to_camel_case(name)  # a word that no Python name can be
