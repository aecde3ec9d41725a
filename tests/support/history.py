"""The history's consistency: every state of every life is kept once, from its first instant until the next.

It knows nothing of how the rows are written: it reads them all, and puts them beside entities and log.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from levelmark.storage import Storage
from levelmark.storage.sources import FOREVER, fork

_SEEN: Final = ("blueprint", "identifier", "title", "sortTitle", "icon", "team", "teams", "properties",
                "relations", "derived", "createdAt", "updatedAt", "scores")  # fmt: skip


async def history_faults(storage: Storage, entities: Sequence[Mapping[str, Any]]) -> list[str]:
    """Everything that is wrong with the history, once nobody writes."""
    rows = await storage.database["history"].find({}).sort([("uid", 1), ("version", 1)]).to_list(None)
    changes = await storage.database["changes"].find({}).sort("_id", 1).to_list(None)
    lives: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        lives.setdefault(row["uid"], []).append(row)
    living = {str(one["_id"]): one for one in entities if one["blueprint"] is not None}
    faults = [f"{uid} lives and has no history" for uid in living.keys() - lives.keys()]
    for uid, states in lives.items():
        faults += _life_faults(uid, states, living.get(uid))
    return faults + list(_log_faults(rows, changes))


def _life_faults(uid: str, states: list[dict[str, Any]], entity: Mapping[str, Any] | None) -> Iterator[str]:
    last = states[-1]
    yield from (f"{uid} stands until {one['to']} and then from {other['from']}"
                for one, other in pairwise(states) if one["to"] != other["from"])  # fmt: skip
    yield from (f"{one['_id']} has the fork {one['fork']}" for one in states
                if one["fork"] != fork(one["from"], one["to"]))  # fmt: skip
    yield from (f"{one['_id']} is gone and others follow" for one in states[:-1] if one.get("gone"))
    if (entity is None) != (last.get("gone") is True) or (entity is None) == (last["to"] == FOREVER):
        yield f"{uid} lives: {entity is not None}, and its history ends with {last}"
    if entity is not None:
        yield from (f"{uid} has {name} {entity[name]!r}, and the history {last[name]!r}" for name in _SEEN
                    if entity[name] != last[name])  # fmt: skip
    standing: dict[tuple[str, str | None], str] = {}
    for state in states:
        yield from _move_faults(state, standing)


def _move_faults(state: Mapping[str, Any], standing: dict[tuple[str, str | None], str]) -> Iterator[str]:
    """That the moves lead from the state before to this one; `standing` is brought up to it."""
    for move in state["moves"]:
        place = (move["scorecard"], move["rule"])
        if standing.pop(place, None) != move["before"]:
            yield f"{state['_id']} moves {move}, which was not so"
        if move["after"] is not None:
            standing[place] = move["after"]
    told: dict[tuple[str, str | None], str] = {}
    for score in state["scores"]:
        told[score["scorecard"], None] = score["level"]
        told |= {(score["scorecard"], one["rule"]): one["result"] for one in score["results"]}
    if told != standing:
        yield f"{state['_id']} shows {told}, and the moves lead to {standing}"


def _log_faults(rows: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """That log and history tell the same moves."""
    kept = {f"{row['_id']}.{place}": (move["scorecard"], move["rule"], move["before"], move["after"])
            for row in rows for place, move in enumerate(row["moves"])}  # fmt: skip
    logged = {one["key"]: (one["scorecard"], one["rule"], one["before"], one["after"]) for one in changes}
    if kept != logged:
        other = [key for key in kept.keys() | logged.keys() if kept.get(key) != logged.get(key)]
        yield f"log and history differ in {len(other)} moves, such as {sorted(other)[:3]}"
