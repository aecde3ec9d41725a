"""The built-in operators, offered through the same hook as any plugin's."""

from collections.abc import Iterable

from levelmark.domain.operator import Operator
from levelmark.operators.affixes import AFFIXES
from levelmark.operators.ages import AGES
from levelmark.operators.containment import CONTAINMENT
from levelmark.operators.emptiness import EMPTINESS
from levelmark.operators.equality import EQUALITY
from levelmark.operators.membership import MEMBERSHIP
from levelmark.operators.ordering import ORDERING
from levelmark.operators.windows import WINDOWS
from levelmark.plugins import hookimpl


@hookimpl
def levelmark_operators() -> Iterable[Operator]:
    """The operators of the field's documents, under the field's spellings, and a few about lists and time."""
    return (*EQUALITY, *ORDERING, *CONTAINMENT, *MEMBERSHIP, *AFFIXES, *EMPTINESS, *WINDOWS, *AGES)
