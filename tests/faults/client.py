"""A client that keeps asking: whatever crashes meanwhile, in the end its documents are written."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Self

import httpx

from levelmark.domain.json import Json

UPSERT_ENTITIES: Final = """
  mutation ($entities: [EntityInput!]!, $mode: WriteMode! = REPLACE) {
    upsertEntities(input: {entities: $entities, mode: $mode}) {
      results { identifier outcome issues { code message severity } }
    }
  }
"""
DELETE_ENTITIES: Final = """
  mutation ($blueprint: String!, $identifiers: [String!]!) {
    deleteEntities(input: {blueprint: $blueprint, identifiers: $identifiers}) {
      results { identifier outcome issues { code message severity } }
    }
  }
"""
UPSERT_BLUEPRINT: Final = """
  mutation ($input: BlueprintInput!) {
    upsertBlueprint(input: $input) { outcome issues { code message severity } }
  }
"""
DELETE_BLUEPRINT: Final = """
  mutation ($identifier: String!) {
    deleteBlueprint(input: {identifier: $identifier, force: true}) {
      outcome issues { code message severity }
    }
  }
"""
UPSERT_SCORECARD: Final = """
  mutation ($input: ScorecardInput!) {
    upsertScorecard(input: $input) { outcome issues { code message severity } }
  }
"""
DELETE_SCORECARD: Final = """
  mutation ($identifier: String!) {
    deleteScorecard(input: {identifier: $identifier, force: true}) {
      outcome issues { code message severity }
    }
  }
"""
UPSERT_RULE: Final = """
  mutation ($scorecard: String!, $rule: RuleInput!) {
    upsertRule(input: {scorecard: $scorecard, rule: $rule}) { outcome issues { code message severity } }
  }
"""
DELETE_RULE: Final = """
  mutation ($scorecard: String!, $rule: String!) {
    deleteRule(input: {scorecard: $scorecard, identifier: $rule}) { outcome issues { code message severity } }
  }
"""

_TRANSIENT: Final = frozenset({"UNAVAILABLE", "CONFLICT"})


class Client:
    """Asks one server over HTTP, many requests at once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, document: str, **variables: Json) -> dict[str, Any]:
        """The whole answer to an operation; httpx's error where the server is gone."""
        answer = await self._http.post(self.url, json={"query": document, "variables": variables})
        body: dict[str, Any] = answer.json()
        return body

    async def say(self, document: str, **variables: Json) -> dict[str, Any] | None:
        """The payload of a mutation; None where the answer was a conflict or that the database is away.

        Any other error is one that a user must never see.
        """
        answer = await self.ask(document, **variables)
        if "errors" not in answer:
            payload: dict[str, Any] = next(iter(answer["data"].values()))
            return payload
        codes = {error.get("extensions", {}).get("code") for error in answer["errors"]}
        assert codes <= _TRANSIENT, answer
        return None

    async def load(self, entities: Sequence[Json], batch: int, at_once: int = 4) -> bool:
        """Writes the entities in batches, several at a time; whether all were acknowledged.

        It goes on until the server or its database goes away.
        """
        batches = iter([entities[start : start + batch] for start in range(0, len(entities), batch)])
        return all(await asyncio.gather(*(self._write_all(batches) for _ in range(at_once))))

    async def _write_all(self, batches: Iterator[Sequence[Json]]) -> bool:
        for batch in batches:
            try:
                payload = await self.say(UPSERT_ENTITIES, entities=list(batch))
            except httpx.TransportError:
                return False
            if payload is None:
                return False
            assert refusals(payload["results"]) == []
        return True


def refusals(results: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The results that are refusals."""
    return [result for result in results if result["outcome"] == "INVALID"]
