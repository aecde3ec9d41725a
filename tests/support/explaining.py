"""Explaining: how the database goes about commands that were sent to it, as it says itself."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final, Literal

from levelmark.storage import Storage

OWN_FIELDS: Final = {
    "find": {"filter", "projection", "sort", "limit", "batchSize", "hint"},
    "aggregate": {"pipeline", "cursor", "hint"},
    "distinct": {"key", "query"},
    "count": {"query"},
    "update": {"updates"},
    "delete": {"deletes"},
    "findAndModify": {"query", "update", "sort", "new"},
}
"""What a command is explained with: what it is about, not how it is sent."""


async def explained(
    storage: Storage,
    command: Mapping[str, Any],
    verbosity: Literal["queryPlanner", "executionStats"] = "queryPlanner",
) -> AsyncIterator[dict[str, Any]]:
    """What the database says of a command, of each part of a bulk; nothing of one that reads nothing."""
    name = next(iter(command))
    for one in _singly(command) if name in OWN_FIELDS else ():
        asked = {name: one[name]} | {key: one[key] for key in OWN_FIELDS[name] if key in one}
        yield await storage.database.command("explain", asked, verbosity=verbosity)


def _singly(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A bulk of updates or deletes, each alone."""
    for part in ("updates", "deletes"):
        if part in command:
            yield from ({**command, part: [one]} for one in command[part][:3])
            return
    yield command


def winning(plan: Any) -> Iterator[str]:
    """The stages of what was chosen, without those of what was not."""
    if isinstance(plan, list):
        for one in plan:
            yield from winning(one)
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for key, one in plan.items():
            if key != "rejectedPlans":
                yield from winning(one)


def examined(plan: Any) -> Iterator[tuple[int, int]]:
    """The documents and keys that each part of an executed command has looked at."""
    if isinstance(plan, list):
        for one in plan:
            yield from examined(one)
    if isinstance(plan, dict):
        if "totalDocsExamined" in plan:
            yield plan["totalDocsExamined"], plan["totalKeysExamined"]
            return
        for one in plan.values():
            yield from examined(one)


def follows_the_oplog(command: Mapping[str, Any]) -> bool:
    """Whether it is a change stream, which reads from now on and has no other way."""
    return "$changeStream" in str(command.get("pipeline"))
