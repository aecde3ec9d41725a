import asyncio
import logging
import re
from typing import Any

import httpx
import pytest

from .endpoint import Endpoint
from .toy import SECRET

INTERNAL = re.compile(r"Internal error; the server logged it as ([0-9a-f]{32})")


def only_error(response: httpx.Response) -> dict[str, Any]:
    (error,) = response.json()["errors"]
    return dict(error)


def test_an_unexpected_error_shows_only_an_id_that_the_log_has(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    response = endpoint.post("{broken}")
    error = only_error(response)
    found = INTERNAL.fullmatch(error["message"])
    assert found
    assert error["extensions"] == {"code": "INTERNAL", "id": found[1]}
    assert (error["path"], error["locations"]) == (["broken"], [{"line": 1, "column": 2}])
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert found[1] in record.getMessage()
    assert record.exc_info
    assert record.exc_info[1] is not None
    assert str(record.exc_info[1]) == SECRET


@pytest.mark.parametrize(
    ("field", "message", "code"),
    [
        ("missing", "There is no service `x`", "NOT_FOUND"),
        ("refused", "Not like this", "FORBIDDEN"),
        ("denied", "You may not see this", None),
    ],
)
def test_an_expected_error_is_shown_and_logged_by_code_and_path_alone(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, field: str, message: str, code: str | None
) -> None:
    with caplog.at_level(logging.INFO, "levelmark"):
        error = only_error(endpoint.post(f"{{{field}}}"))
    assert error["message"] == message
    assert error.get("extensions", {}).get("code") == code
    lines = [record.getMessage() for record in caplog.records if record.name == "levelmark.graphql"]
    assert lines == [f"1 client errors, the first {code} at ['{field}']"]


def test_a_bad_document_is_not_logged_as_an_error(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    for query in ("{", "{nothing}", "{node(id: 7)}", "query A {hello} query B {hello}"):
        endpoint.post(query)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_bad_global_id_is_the_clients_error(endpoint: Endpoint) -> None:
    error = only_error(endpoint.post('{node(id: "nonsense")}'))
    assert not INTERNAL.match(error["message"])


async def test_concurrent_operations_share_no_mask(endpoint: Endpoint) -> None:
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(
            *(
                client.post(endpoint.url, json={"query": f'{{slowly(tag: "{SECRET} {number}")}}'})
                for number in range(20)
            )
        )
    ids = {only_error(answer)["extensions"]["id"] for answer in answers}
    assert len(ids) == 20
    assert not any(SECRET in answer.text for answer in answers)


def test_one_error_hides_and_the_other_stays(endpoint: Endpoint) -> None:
    response = endpoint.post("{hello broken missing}")
    assert response.json()["data"] == {"hello": "world", "broken": None, "missing": None}
    codes = {error["path"][0]: error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes == {"broken": "INTERNAL", "missing": "NOT_FOUND"}
