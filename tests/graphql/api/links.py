"""Links between entities, as tests write, delete and follow them."""

from typing import Any

from tests.graphql.api import operations
from tests.graphql.api.client import Client, Data
from tests.support.documents import entity


def pointing(identifier: str, of: str, **relations: Any) -> dict[str, Any]:
    return entity(identifier, of) | {"relations": relations}


def write(api: Client, *documents: Any, strict: bool = False) -> list[Data]:
    sent = {"entities": list(documents), "strict": strict}
    results: list[Data] = api.query(operations.UPSERT_ENTITIES, input=sent)["results"]
    return results


def delete(api: Client, of: str, *identifiers: str, strict: bool = False) -> list[Data]:
    sent = {"blueprint": of, "identifiers": list(identifiers), "strict": strict}
    results: list[Data] = api.query(operations.DELETE_ENTITIES, input=sent)["results"]
    return results


def names(page: Data) -> list[str]:
    return [edge["node"]["identifier"] for edge in page["edges"]]


def related(api: Client, of: str, identifier: str, relation: str, **more: Any) -> Data:
    found: Data = api.query(
        operations.RELATED, blueprint=of, identifier=identifier, relation=relation, **more
    )
    return found


def related_by(api: Client, of: str, identifier: str, by: str, **more: Any) -> Data:
    found: Data = api.query(operations.RELATED_BY, blueprint=of, identifier=identifier, by=by, **more)
    page: Data = found["relatedBy"]
    return page
