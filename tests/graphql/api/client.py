"""A client of the API that keeps its connection, and says in one word what tests say often."""

import time
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

import httpx

from levelmark.domain.json import Json
from tests.graphql.api import operations

Data: TypeAlias = dict[str, Any]

_SECONDS: Final = 20.0


class Client:
    """Speaks to one server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def post(self, document: str, **variables: Any) -> Data:
        """The whole answer to an operation."""
        body = {"query": document, "variables": variables}
        answer: Data = self._http.post(self.url, json=body).json()
        return answer

    def query(self, document: str, **variables: Any) -> Any:
        """What the operation's only field answers with; fails where there are errors."""
        answer = self.post(document, **variables)
        assert "errors" not in answer, answer["errors"]
        (field,) = answer["data"].values()
        return field

    def refusal(self, document: str, **variables: Any) -> tuple[str, str]:
        """The code and message of the only error of an operation; fails where the server is at fault."""
        (error,) = self.post(document, **variables)["errors"]
        assert error["extensions"]["code"] != "INTERNAL", error
        return error["extensions"]["code"], error["message"]

    def nodes(self, document: str, **variables: Any) -> list[Data]:
        """The nodes of the page that the operation's only field answers with."""
        return [edge["node"] for edge in self.query(document, **variables)["edges"]]

    def identifiers(self, document: str, **variables: Any) -> list[str]:
        """The identifiers of these nodes."""
        return [node["identifier"] for node in self.nodes(document, **variables)]

    def write_blueprint(self, document: Json) -> Data:
        """Writes a blueprint that is sound."""
        return _sound(self.query(operations.UPSERT_BLUEPRINT, input=document))

    def write_scorecard(self, document: Json) -> Data:
        """Writes a scorecard that is sound."""
        return _sound(self.query(operations.UPSERT_SCORECARD, input=document))

    def write_entities(self, *documents: Json, mode: str = "REPLACE") -> list[Data]:
        """Writes entities that are sound."""
        payload = self.query(operations.UPSERT_ENTITIES, input={"entities": list(documents), "mode": mode})
        results: list[Data] = payload["results"]
        return [_sound(result) for result in results]

    def settle(self, blueprint: str) -> list[Data]:
        """The evaluations of a blueprint, newest first, once all of them are done."""
        deadline = time.monotonic() + _SECONDS
        while True:
            evaluations = self.nodes(operations.EVALUATIONS, blueprint=blueprint)
            if all(one["state"] == "DONE" for one in evaluations):
                return evaluations
            assert time.monotonic() < deadline, evaluations
            time.sleep(0.02)


def _sound(payload: Data) -> Data:
    assert payload["outcome"] != "INVALID", payload["issues"]
    return payload


def issues(payload: Data) -> list[tuple[str, str, str]]:
    """Where, what and how bad: the issues of a payload."""
    return [(one["path"], one["code"], one["severity"]) for one in payload["issues"]]
