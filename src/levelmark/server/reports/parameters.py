"""Parameters: the query of a URL as the arguments of a GraphQL field, which are the same by their names.

A list is a parameter that is repeated. What a filter has can stand beside it: `teams=red` is
`filter={"teams":["red"]}`. An input is JSON; one that names exactly one thing is also `property:tier`, and a
dimension of results just `TEAM`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    Undefined,
)
from graphql.utilities import coerce_input_value, validate_input_value
from msgspec import DecodeError, json
from strawberry.types.arguments import convert_arguments

from levelmark.domain.errors import InvalidInputError
from levelmark.domain.nearest import nearest
from levelmark.graphql.protocol.schema import ProtocolSchema

Pairs = Mapping[str, list[str]]
"""The values of every parameter."""

_TEXTS: Final = frozenset({"String", "ID", "DateTime"})
_FILTER: Final = "filter"


class Arguments:
    """Reads the arguments of one field of the schema's root, but those in `without`."""

    def __init__(self, schema: ProtocolSchema, field: str, without: Iterable[str] = ()) -> None:
        core = schema._schema.query_type  # noqa: SLF001 - Strawberry tells the types of arguments nowhere else
        found = schema.get_field_for_type(field, "Query")
        if core is None or found is None:
            raise LookupError(f"the schema has no field `{field}`")
        left_out = frozenset(without)
        self._arguments = {name: one for name, one in core.fields[field].args.items() if name not in left_out}
        self._narrowing = _fields(self._arguments.get(_FILTER))
        self._field = found
        self._schema = schema

    def read(self, pairs: Pairs, also: Iterable[str] = ()) -> dict[str, Any]:
        """The arguments as a resolver gets them; parameters named in `also` are somebody else's.

        Raises InvalidInputError where one is unknown, missing, or not what it should be.
        """
        known = [*self._arguments, *self._narrowing, *also]
        for name in pairs:
            if name not in known:
                meant = nearest(name, known)
                told = f" (did you mean `{meant}`?)" if meant else f"; there are {', '.join(sorted(known))}"
                raise InvalidInputError(f"there is no parameter `{name:.100}`{told}")
        values = {name: self._value(name, one, pairs) for name, one in self._arguments.items()}
        given = {name: value for name, value in values.items() if value is not Undefined}
        return convert_arguments(
            given, self._field.arguments, self._schema.schema_converter.scalar_registry, self._schema.config
        )

    def _value(self, name: str, argument: GraphQLArgument, pairs: Pairs) -> Any:
        kind = argument.type
        if name in pairs:
            sent = _read(name, pairs[name], kind)
        elif name == _FILTER and not self._narrowing.keys().isdisjoint(pairs):
            sent = {}
        elif _is_list(kind) and argument.default_value is Undefined and isinstance(kind, GraphQLNonNull):
            sent = []
        elif argument.default_value is Undefined and isinstance(kind, GraphQLNonNull):
            raise InvalidInputError(f"the parameter `{name}` is missing")
        else:
            return argument.default_value
        if name == _FILTER and isinstance(sent, dict):
            own = {one: _read(one, pairs[one], field.type)
                   for one, field in self._narrowing.items() if one in pairs}  # fmt: skip
            sent = sent | own
        return _coerced(name, sent, kind)


def _fields(argument: GraphQLArgument | None) -> Mapping[str, GraphQLInputField]:
    kind = _bare(argument.type) if argument else None
    return kind.fields if isinstance(kind, GraphQLInputObjectType) else {}


def _coerced(name: str, sent: Any, kind: GraphQLInputType) -> Any:
    wrong: list[str] = []
    validate_input_value(sent, kind, lambda error, _: wrong.append(error.message))
    if wrong:
        raise InvalidInputError(f"`{name}`: {'; '.join(wrong)}")
    return coerce_input_value(sent, kind)


def _bare(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _is_list(kind: Any) -> bool:
    return isinstance(_bare(kind), GraphQLList)


def _read(name: str, texts: list[str], kind: Any) -> Any:
    inner = _bare(kind)
    if isinstance(inner, GraphQLList):
        return [_single(name, text, _bare(inner.of_type)) for text in texts]
    if len(texts) > 1:
        raise InvalidInputError(f"the parameter `{name}` stands there {len(texts)} times; it takes one value")
    return _single(name, texts[0], inner)


def _single(name: str, text: str, kind: Any) -> Any:
    if isinstance(kind, GraphQLInputObjectType) and not text.startswith("{"):
        return _short(name, text, kind)
    if isinstance(kind, GraphQLInputObjectType) or (
        isinstance(kind, GraphQLScalarType) and kind.name not in _TEXTS
    ):
        return _json(name, text)
    return text


def _short(name: str, text: str, kind: GraphQLInputObjectType) -> dict[str, str]:
    field, colon, value = text.partition(":")
    if colon and field in kind.fields:
        return {field: value}
    if "dimension" in kind.fields:
        return {"dimension": text}
    raise InvalidInputError(f"`{name}` is JSON, or one of {', '.join(kind.fields)} with a colon and a value")


def _json(name: str, text: str) -> Any:
    try:
        return json.decode(text)
    except DecodeError as error:
        raise InvalidInputError(f"`{name}` is no JSON: {error}") from error
