"""Asking: a server is asked one question again and again, and how long each answer takes is kept."""

import time
from typing import Any, Final

import httpx
from msgspec import Struct

from benchmarks.reading.questions import Question

PATIENCE_SECONDS: Final = 60.0
"""How long one question is repeated, at most; it is asked twice however long that takes."""


class Taken(Struct, frozen=True):
    """Seconds of the first run and of those behind it, and the rows of the answer, or why there is none."""

    first: float
    later: list[float]
    rows: int
    refused: str | None = None


def ask(client: httpx.Client, question: Question, runs: int) -> Taken | None:
    """Asks so many times behind a first time; None where the server has nothing of the kind."""
    seconds: list[float] = []
    rows = 0
    while len(seconds) < 2 or (len(seconds) <= runs and sum(seconds) < PATIENCE_SECONDS):
        taken, response = _timed(client, question)
        seconds.append(taken)
        if _is_absent(response):
            return None
        if (refused := _refusal(question, response)) is not None:
            return Taken(seconds[0], seconds[1:], 0, refused)
        rows = _rows(question, response)
    return Taken(seconds[0], seconds[1:], rows)


def _timed(client: httpx.Client, question: Question) -> tuple[float, httpx.Response]:
    start = time.perf_counter()
    response = _response(client, question)
    return time.perf_counter() - start, response


def _response(client: httpx.Client, question: Question) -> httpx.Response:
    if question.path:
        return client.get(question.path)
    return client.post("/graphql", json={"query": question.document, "variables": question.variables})


def _is_absent(response: httpx.Response) -> bool:
    return response.status_code == httpx.codes.NOT_FOUND or '"code":"NOT_FOUND"' in response.text[:1_000]


def _refusal(question: Question, response: httpx.Response) -> str | None:
    if question.path:
        return None if response.is_success else response.text
    errors: list[dict[str, Any]] = response.json().get("errors", [])
    return "; ".join(one["message"] for one in errors) or None


def _rows(question: Question, response: httpx.Response) -> int:
    """The members of the longest list of an answer, the lines of a text; one where there are none."""
    if question.path:
        return len(response.text.splitlines())
    (value,) = response.json()["data"].values()
    lists = [one for one in (value or {}).values() if isinstance(one, list)]
    return max(map(len, lists), default=1)
