"""The schema itself: printed, described, shaped alike, and asked for in full by the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    validate,
    visit,
)
from graphql.language import ArgumentNode, FieldNode

from levelmark.graphql.schema import printed_schema
from tests.graphql.api import operations

ARTIFACT = Path(__file__).parents[3] / "graphql_schema.graphql"
SCHEMA: GraphQLSchema = build_schema(printed_schema())
OWN = {name: one for name, one in SCHEMA.type_map.items() if not name.startswith("__")}
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def objects() -> Iterator[tuple[str, GraphQLObjectType | GraphQLInterfaceType]]:
    for name, one in OWN.items():
        if isinstance(one, GraphQLObjectType | GraphQLInterfaceType):
            yield name, one


def described(one: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Everything of a type that must have a description, by its coordinate."""
    yield one.name, one.description
    if isinstance(one, GraphQLEnumType):
        yield from ((f"{one.name}.{name}", value.description) for name, value in one.values.items())
    if isinstance(one, GraphQLInputObjectType):
        yield from ((f"{one.name}.{name}", field.description) for name, field in one.fields.items())
    if isinstance(one, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in one.fields.items():
            yield f"{one.name}.{name}", field.description
            yield from ((f"{one.name}.{name}({key})", arg.description) for key, arg in field.args.items())


def test_the_printed_schema_is_up_to_date() -> None:
    assert ARTIFACT.read_text(encoding="utf-8") == printed_schema()


def test_everything_has_a_description() -> None:
    bare = [place for name, one in OWN.items() if name not in BUILT_IN
            for place, text in described(one) if not (text or "").strip()]  # fmt: skip
    assert bare == []


def test_every_mutation_takes_one_input_and_answers_with_a_payload() -> None:
    mutation = SCHEMA.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        stem = name[0].upper() + name[1:]
        assert list(field.args) == ["input"], name
        assert isinstance(field.args["input"].type, GraphQLNonNull), name
        assert get_named_type(field.args["input"].type).name.endswith("Input"), name
        assert str(field.type) == f"{stem}Payload", name  # nullable, as a failure must not take the others


def test_root_query_fields_are_nullable_except_plain_lists() -> None:
    query = SCHEMA.query_type
    assert query is not None
    strict = {name for name, field in query.fields.items() if isinstance(field.type, GraphQLNonNull)}
    assert strict == {"operators", "notifiers", "plugins", "evaluationCounts"}


def test_every_list_that_grows_is_a_bounded_connection() -> None:
    query = SCHEMA.query_type
    assert query is not None
    pages = {name: field for name, field in query.fields.items() if str(field.type).endswith("Connection")}
    assert len(pages) == 10
    for name, field in pages.items():
        assert {"first", "after"} <= field.args.keys(), name
        assert "500 at most" in (field.args["first"].description or ""), name


def test_only_nodes_have_an_id_and_it_is_the_global_one() -> None:
    for name, one in objects():
        is_node = name == "Node" or any(interface.name == "Node" for interface in one.interfaces)
        assert ("id" in one.fields) is is_node, name
        if is_node:
            assert str(one.fields["id"].type) == "ID!", name


def test_no_list_may_hold_null_except_what_filters_look_for() -> None:
    holding = [coordinate for coordinate, field in every_typed_place() if holds_null(field)]
    assert holding == ["LevelFilterInput.levels", "TagFilterInput.values"]


def every_typed_place() -> Iterator[tuple[str, object]]:
    for name, one in OWN.items():
        if isinstance(one, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            yield from ((f"{name}.{key}", field.type) for key, field in one.fields.items())


def holds_null(kind: object) -> bool:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return isinstance(inner, GraphQLList) and not isinstance(inner.of_type, GraphQLNonNull)


@pytest.mark.parametrize("name", operations.ALL)
def test_every_operation_of_the_tests_is_valid(name: str) -> None:
    assert validate(SCHEMA, parse(operations.ALL[name])) == []


class Asked(Visitor):
    """Notes which fields and arguments documents ask for."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.places: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.types.get_parent_type()
        assert parent is not None
        self.places.add(f"{parent.name}.{node.name.value}")

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        parent, field = self.types.get_parent_type(), self.types.get_field_def()
        assert parent is not None
        assert isinstance(field, GraphQLField)
        name = next(key for key, value in parent.fields.items() if value is field)  # type: ignore[union-attr]  # only objects have fields with arguments
        self.places.add(f"{parent.name}.{name}({node.name.value})")


def test_the_tests_ask_for_every_field_with_every_argument() -> None:
    types = TypeInfo(SCHEMA)
    asked = Asked(types)
    for text in operations.ALL.values():
        visit(parse(text), TypeInfoVisitor(types, asked))
    assert sorted(set(asked_for()) - asked.places) == []


def asked_for() -> Iterator[str]:
    abstract = {"Node", "Change"}  # their fields are asked for on the types that implement them
    for name, one in objects():
        for key, field in one.fields.items() if name not in abstract else ():
            yield f"{name}.{key}"
            yield from (f"{name}.{key}({arg})" for arg in field.args)
