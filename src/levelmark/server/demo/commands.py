"""Commands to paste into another terminal: a question, a subscription, an edit."""

import json
import shlex
from collections.abc import Iterator
from typing import Final

_QUESTION: Final = """{
  entities(blueprint: "service", filter: {level: {scorecard: "production-readiness", levels: ["Basic"]}}) {
    edges { node { title score(scorecard: "production-readiness") {
      ruleResults { rule { title } result }
    } } }
  }
}"""
_SUBSCRIPTION: Final = """subscription {
  levelChanges { at entityIdentifier scorecardIdentifier fromLevel toLevel cause { kind } }
}"""
_EDIT: Final = """
mutation ($entity: EntityInput!) {
  upsertEntities(input: {mode: MERGE, entities: [$entity]}) { results { outcome issues { message } } }
}
"""
_INCIDENTS: Final = {
    "blueprint": "service",
    "identifier": "checkout",
    "properties": {"open_incidents": 7},
}


def commands(endpoint: str) -> Iterator[tuple[str, str]]:
    """Each command with what it is for; none has an empty line inside."""
    ask = f"curl -sSG {endpoint} -H 'GraphQL-Require-Preflight: 1'"
    listen = f"curl -sSGN {endpoint} -H 'Accept: text/event-stream'"
    yield "Who stands on the lowest level, and why?", f"{ask} --data-urlencode 'query={_QUESTION}'"
    yield "Hear of every level change:", f"{listen} --data-urlencode 'query={_SUBSCRIPTION}'"
    yield "Open seven incidents on the checkout:", _post(endpoint, _EDIT, {"entity": _INCIDENTS})


def _post(endpoint: str, document: str, variables: dict[str, object]) -> str:
    query, values = json.dumps(" ".join(document.split())), json.dumps(variables)
    body = shlex.quote(f'{{\n  "query": {query},\n  "variables": {values}\n}}')
    return f"curl -sS {endpoint} -H 'Content-Type: application/json' -d {body}"
