"""The field `node`: any object by its global id."""

from typing import Annotated, Any, Final

import strawberry
from strawberry import Info, relay
from strawberry.relay.utils import from_base64

from levelmark.domain.errors import InvalidInputError
from levelmark.graphql.context import Context
from levelmark.graphql.types.blueprint import Blueprint
from levelmark.graphql.types.change import LevelChange, RuleResultChange
from levelmark.graphql.types.entity import Entity
from levelmark.graphql.types.evaluation import Evaluation
from levelmark.graphql.types.rule import Rule
from levelmark.graphql.types.rule_result import RuleResult
from levelmark.graphql.types.scorecard import Scorecard

_KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (Blueprint, Scorecard, Rule, Entity, RuleResult, LevelChange, RuleResultChange, Evaluation)
}


async def node(
    info: Info[Context, Any],
    id: Annotated[
        strawberry.ID, strawberry.argument(description="The global id, as an object's `id` has it.")
    ],
) -> relay.Node | None:
    """The object of the id, None where there is none; raises InvalidInputError where it is no id."""
    kind, key = _parsed(id)
    found: list[relay.Node | None] = await kind.resolve_nodes(info=info, node_ids=[key])
    return found[0]


def _parsed(text: str) -> tuple[type[Any], str]:
    try:
        name, key = from_base64(text)
    except ValueError:
        name, key = "", ""
    if name not in _KINDS:
        raise InvalidInputError(f"`{text:.80}` is not an id of this server; take it from an object's `id`")
    return _KINDS[name], key
