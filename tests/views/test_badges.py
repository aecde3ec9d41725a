"""Badges of a real server: found by any name, fresh, cacheable."""

from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx

from tests.views.conftest import AWKWARD


def path(name: str, card: str = "quality") -> str:
    return f"/badges/service/{quote(name, safe='')}/{quote(card, safe='')}.svg"


def title(answer: httpx.Response) -> str | None:
    assert answer.headers["content-type"] == "image/svg+xml"
    return ET.fromstring(answer.text).findtext("{http://www.w3.org/2000/svg}title")


def test_a_badge_shows_the_level_of_an_entity_of_any_name(shop: httpx.Client) -> None:
    answer = shop.get(path(AWKWARD))
    assert (answer.status_code, title(answer)) == (200, "Code <quality>: Gold")
    assert "#d9ae1c" in answer.text
    assert title(shop.get(path(AWKWARD), params={"label": "<&>"})) == "<&>: Gold"
    assert title(shop.get(path(AWKWARD), params={"label": ""})) == "Gold"


def test_what_has_no_score_and_what_is_not_there_have_grey_badges(shop: httpx.Client) -> None:
    unscored = shop.get(path("old"))
    assert (unscored.status_code, title(unscored)) == (200, "Code <quality>: not scored")
    missing = {
        path("nobody"): "Code <quality>: not found",
        path(AWKWARD, "nothing"): "nothing: not found",
        "/badges/team/old/quality.svg": "quality: not found",
        "/badges/service/old.svg": "not found",
        "/badges/service/%FF/quality.svg": "not found",
        "/badges/service/%00/quality.svg": "Code <quality>: not found",
    }
    for where, told in missing.items():
        answer = shop.get(where)
        assert (answer.status_code, title(answer)) == (404, told), where
        assert "#9aa3ab" in answer.text


def test_a_badge_that_the_client_has_is_not_sent_again(shop: httpx.Client) -> None:
    first = shop.get(path(AWKWARD))
    assert first.headers["cache-control"] == "public, max-age=60"
    tag = first.headers["etag"]
    for held in (tag, f'"other", W/{tag}', "*"):
        again = shop.get(path(AWKWARD), headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
    assert shop.get(path(AWKWARD), headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_badge_is_only_read(shop: httpx.Client) -> None:
    head = shop.head(path(AWKWARD))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(shop.get(path(AWKWARD)).content))
    answer = shop.post(path(AWKWARD))
    assert (answer.status_code, {*answer.headers["allow"].split(", ")}) == (405, {"GET", "HEAD"})
