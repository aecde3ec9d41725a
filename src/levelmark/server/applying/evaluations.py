"""Background evaluations that were set off, watched until they end."""

import time
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from levelmark.server.applying.sending import Show
from levelmark.server.client import Client
from levelmark.server.errors import CommandError

_POLL_SECONDS: Final = 0.2
_OPEN: Final = frozenset({"PENDING", "RUNNING"})
_OPERATION: Final = (
    "query ($identifier: String!) "
    "{ evaluation(identifier: $identifier) "
    "{ state total evaluated changed error blueprintIdentifier } }"
)


class Evaluated(Struct, frozen=True):
    """How many entities were evaluated again, and how many of them have other scores now."""

    entities: int
    changed: int


def wait_for(client: Client, identifiers: Sequence[str], show: Show) -> Evaluated:
    """Returns when all of the evaluations have ended; raises CommandError where one has failed."""
    states: dict[str, dict[str, Any]] = {}
    while True:
        for identifier in identifiers:
            if identifier not in states or states[identifier]["state"] in _OPEN:
                states[identifier] = _state(client, identifier)
        known = list(states.values())
        show(sum(map(_done, known)), sum(one["total"] for one in known))
        if not any(one["state"] in _OPEN for one in known):
            return _evaluated(known)
        time.sleep(_POLL_SECONDS)


def _state(client: Client, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] | None = client.run(_OPERATION, identifier=identifier)["evaluation"]
    return found or _FORGOTTEN


_FORGOTTEN: Final = {"state": "DONE", "total": 0, "evaluated": 0, "changed": 0}
"""What stands for an evaluation that ended so long ago that the server knows nothing of it."""


def _done(state: dict[str, Any]) -> int:
    """Entities that need no more looking at; of those that were up to date, nobody keeps count."""
    return int(state["evaluated"] if state["state"] in _OPEN else state["total"])


def _evaluated(states: list[dict[str, Any]]) -> Evaluated:
    failed = next((one for one in states if one["state"] == "FAILED"), None)
    if failed is not None:
        name = failed["blueprintIdentifier"]
        raise CommandError(f"the evaluation of the entities of `{name}` failed: {failed['error']}")
    return Evaluated(sum(one["evaluated"] for one in states), sum(one["changed"] for one in states))
