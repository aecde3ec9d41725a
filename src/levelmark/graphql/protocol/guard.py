"""The guard: refuses a document that expands beyond `Limits`, in time linear in the document.

Each operation and fragment is walked once; what a fragment spread adds is looked up, never walked again, so
an exponential expansion is counted without being made. Fragments that spread themselves are refused here too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from levelmark.graphql.protocol.settings import Limits

Definition = OperationDefinitionNode | FragmentDefinitionNode
_SHOWN_NAME: Final = 80


@dataclass(slots=True)
class _Cost:
    """What a definition selects; `spreads` are its fragments, each with its depth, `None` where exempt."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    spreads: list[tuple[str, int | None]] = field(default_factory=list)


_NOTHING: Final = _Cost()


def excesses(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Every limit that the document exceeds; the sizes first, since only a small document is walked."""
    definitions = [node for node in document.definitions if isinstance(node, Definition)]
    return list(_size_errors(definitions, limits)) or list(_cost_errors(definitions, limits))


def _size_errors(definitions: list[Definition], limits: Limits) -> Iterator[GraphQLError]:
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > limits.operations:
        yield _excess("operations", limits.operations, operations[limits.operations])
    fragments = [node for node in definitions if isinstance(node, FragmentDefinitionNode)]
    if len(fragments) > limits.fragments:
        yield _excess("fragments", limits.fragments, fragments[limits.fragments])
    for operation in operations:
        if len(operation.variable_definitions or ()) > limits.variables:
            yield _excess("variables", limits.variables, operation)


def _cost_errors(definitions: list[Definition], limits: Limits) -> Iterator[GraphQLError]:
    surveys = [(node, _survey(node)) for node in definitions]
    fragments = {node.name.value: cost for node, cost in surveys if isinstance(node, FragmentDefinitionNode)}
    try:
        totals = _totals(fragments)
    except CycleError as error:
        yield _cycle(error.args[1], definitions)
        return
    for node, cost in surveys:
        total = _expand(cost, totals)
        names = ["fields", "aliases", "directives"]
        if isinstance(node, OperationDefinitionNode):  # a fragment's depth counts where it is used
            names.append("depth")
        for name in names:
            if getattr(total, name) > getattr(limits, name):
                yield _excess(name, getattr(limits, name), node)


def _survey(definition: Definition) -> _Cost:
    cost = _Cost(directives=_directives_of(definition))
    pending: list[tuple[SelectionSetNode, int | None]] = [(definition.selection_set, 1)]
    while pending:
        selection_set, depth = pending.pop()
        for node in selection_set.selections:
            cost.directives += len(node.directives or ())
            below = _count(node, depth, cost)
            if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
                pending.append((node.selection_set, below))
    return cost


def _directives_of(definition: Definition) -> int:
    variables = definition.variable_definitions or ()
    return len(definition.directives or ()) + sum(len(node.directives or ()) for node in variables)


def _count(node: SelectionNode, depth: int | None, cost: _Cost) -> int | None:
    """Adds one selection to `cost`; answers the depth of what it selects, `None` within introspection."""
    if isinstance(node, FragmentSpreadNode):
        cost.spreads.append((node.name.value, depth))
    if not isinstance(node, FieldNode):
        return depth
    cost.fields += 1
    cost.aliases += node.alias is not None
    if depth is None:
        return None
    cost.depth = max(cost.depth, depth)
    return None if node.name.value.startswith("__") else depth + 1


def _totals(fragments: dict[str, _Cost]) -> dict[str, _Cost]:
    """Each fragment's cost with all that it spreads; raises `CycleError`."""
    uses = {name: [spread for spread, _ in cost.spreads] for name, cost in fragments.items()}
    totals: dict[str, _Cost] = {}
    for name in TopologicalSorter(uses).static_order():
        if name in fragments:
            totals[name] = _expand(fragments[name], totals)
    return totals


def _expand(own: _Cost, totals: dict[str, _Cost]) -> _Cost:
    total = _Cost(own.depth, own.fields, own.aliases, own.directives)
    for name, depth in own.spreads:
        spread = totals.get(name, _NOTHING)
        total.fields += spread.fields
        total.aliases += spread.aliases
        total.directives += spread.directives
        if depth is not None:
            total.depth = max(total.depth, depth - 1 + spread.depth)
    return total


def _excess(what: str, limit: int, node: Definition) -> GraphQLError:
    name = node.name.value[:_SHOWN_NAME] if node.name else "the operation"
    bound = f"nests fields deeper than {limit} levels" if what == "depth" else f"has more than {limit} {what}"
    message = f"The document is too large: {name} {bound}. Ask for less, or in several requests."
    return GraphQLError(message, node, extensions={"code": "LIMIT_EXCEEDED"})


def _cycle(names: list[str], definitions: list[Definition]) -> GraphQLError:
    nodes = [node for node in definitions if isinstance(node, FragmentDefinitionNode)]
    first = next(node for node in nodes if node.name.value in names)
    message = f"The fragment {first.name.value[:_SHOWN_NAME]} spreads itself, directly or through others."
    return GraphQLError(message, first, extensions={"code": "GRAPHQL_VALIDATION_FAILED"})
