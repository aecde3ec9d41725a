"""Translating calculations: the names of properties and relations in the text of a program."""

from collections.abc import Collection, Mapping
from itertools import count

from levelmark.engine.jq_names import rename_property, rename_relation


def renamed(program: str, moved: Mapping[str, str], relations: Collection[str]) -> str:
    """A calculation in which all of these are called otherwise, at once: two may change their names."""
    waiting = {old: (new, old in relations) for old, new in moved.items()}
    aside = (name for place in count() if (name := f"renamed_{place}") not in program)
    while waiting:
        old = next((old for old, (new, _) in waiting.items() if new not in waiting), None)
        if old is None:  # they go in a circle: one steps aside
            old, passing = next(iter(waiting)), next(aside)
            new, is_relation = waiting.pop(old)
            waiting[passing] = new, is_relation
            new = passing
        else:
            new, is_relation = waiting.pop(old)
        program = (rename_relation if is_relation else rename_property)(program, old, new)
    return program
