"""Pruning: what is certain of a query before the entities are looked at."""

from collections.abc import Callable

from levelmark.domain.query import Condition, Query, QueryPart


def certain(part: QueryPart, told: Callable[[Condition], bool | None]) -> bool | None:
    """Whether the query is true, as far as `told` knows of its conditions; None where that is open.

    >>> never = Condition("=", "level", value="Gold")
    >>> open_one = Condition("=", "result", value="Passed")
    >>> certain(Query("and", (never, open_one)), lambda one: False if one is never else None)
    False
    """
    if isinstance(part, Condition):
        return told(part)
    parts = [certain(one, told) for one in part.conditions]
    decisive = part.combinator == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def required(query: Query, subject: Callable[[Condition], bool]) -> str | None:
    """The text that the query wants what `subject` tells of to be, on whatever way it becomes true."""
    if query.combinator != "and" and len(query.conditions) > 1:
        return None
    for part in query.conditions:
        if isinstance(part, Query):
            found = required(part, subject)
        else:
            wanted = part.operator == "=" and subject(part) and isinstance(part.value, str)
            found = str(part.value) if wanted else None
        if found is not None:
            return found
    return None
