"""The built-in operators, offered through the same hook as any plugin's."""

from collections.abc import Iterable

from levelmark.domain.operator import Operator
from levelmark.operators.affixes import AFFIXES
from levelmark.operators.containment import CONTAINMENT
from levelmark.operators.emptiness import EMPTINESS
from levelmark.operators.equality import EQUALITY
from levelmark.operators.ordering import ORDERING
from levelmark.plugins import hookimpl


@hookimpl
def levelmark_operators() -> Iterable[Operator]:
    """The fifteen operators of the field's documents, under the field's spellings."""
    return (*EQUALITY, *ORDERING, *CONTAINMENT, *AFFIXES, *EMPTINESS)
