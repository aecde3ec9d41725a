"""Search: all words must be found, the best hits come first, and what is typed is never a command."""

from typing import Any
from uuid import uuid4

import pytest

from tests.graphql.api import operations
from tests.graphql.api.client import Client
from tests.support.documents import blueprint, condition, entity, query


def found(api: Client, text: str, kind: str, **variables: Any) -> list[str]:
    return api.identifiers(operations.SEARCH, text=text, blueprints=[kind], **variables)


@pytest.fixture
def shop(api: Client, kind: str) -> str:
    api.write_blueprint(blueprint(kind))
    api.write_entities(
        entity("payments-api", kind, language="Go", tags=["money", "crème brûlée"]) | {"team": "red"},
        entity("paymentsApi", kind, language="TypeScript") | {"title": "Payments", "team": "blue"},
        entity("my_payments_api", kind, stars=5, language="Rust"),
        entity("orders", kind, settings={"note": "hidden"}, language="Go, for payments mostly"),
        entity("ledger", kind) | {"title": "The Payment Ledger v2"},
        entity("ÜBERSICHT", kind) | {"title": "日本語の決済 Straße"},
    )
    return kind


def test_names_are_found_however_their_words_are_joined_and_by_their_beginnings(
    api: Client, shop: str
) -> None:
    everyone = {"payments-api", "paymentsApi", "my_payments_api"}
    for text in ("payments api", "payments-api", "paymentsApi", "PAYMENTSAPI", "api payments", "pay ap"):
        assert set(found(api, text, shop)) == everyone, text
    assert set(found(api, "pay", shop)) == everyone | {"ledger"}
    assert found(api, "ledg", shop) == ["ledger"]
    assert found(api, "v2 LEDGER", shop) == ["ledger"]
    assert found(api, "ayments", shop) == []


def test_texts_of_properties_are_found_by_whole_words(api: Client, shop: str) -> None:
    assert found(api, "typescript", shop) == ["paymentsApi"]
    assert found(api, "types", shop) == []
    assert found(api, "creme", shop) == ["payments-api"]
    assert found(api, "BRÛLÉE money", shop) == ["payments-api"]
    assert found(api, "hidden", shop) == found(api, "5", shop) == []


def test_case_diacritics_and_scripts_do_not_matter(api: Client, shop: str) -> None:
    for text in ("übersicht", "Ubersicht", "STRASSE", "日本", "日本語の決済"):
        assert found(api, text, shop) == ["ÜBERSICHT"], text


def test_a_phrase_is_found_where_its_words_stand_side_by_side(api: Client, shop: str) -> None:
    assert found(api, '"for payments"', shop) == ["orders"]
    assert found(api, '"payments for"', shop) == []
    assert found(api, '"payment ledger" the', shop) == ["ledger"]
    assert found(api, '"payments a"', shop) == []
    assert found(api, '"money creme"', shop) == []


def test_an_exact_identifier_comes_first_then_identifiers_titles_and_properties(
    api: Client, shop: str
) -> None:
    assert found(api, "paymentsApi", shop)[0] == "paymentsApi"
    assert found(api, "payments-api", shop)[0] == "payments-api"
    page = api.query(operations.SEARCH, text="payments", blueprints=[shop])["edges"]
    names = [edge["node"]["identifier"] for edge in page]
    assert names == ["paymentsApi", "my_payments_api", "payments-api", "orders"]
    scores = [edge["score"] for edge in page]
    assert scores == sorted(scores, reverse=True)
    assert [edge["matched"] for edge in page] == [
        ["$identifier", "$title"], ["$identifier"], ["$identifier"], ["language"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["-payments orders", '"orders', "orders $where {$gt: 1}", "orders \\", "orders' -", "-orders"]
)
def test_what_is_typed_is_never_read_as_a_command(api: Client, shop: str, text: str) -> None:
    assert set(found(api, text, shop)) <= {"orders"}
    assert found(api, '"orders', shop) == found(api, "-orders", shop) == ["orders"]


def test_a_search_narrows_by_blueprint_and_team_and_pages_through_all_blueprints(
    api: Client, shop: str
) -> None:
    word, other = f"w{uuid4().hex}", f"{shop}-other"
    api.write_blueprint(blueprint(other))
    api.write_entities(*(entity(f"{word}-{place}", of) for of in (shop, other) for place in range(7)))
    assert found(api, "payments", shop, teams=["red"]) == ["payments-api"]
    names: list[tuple[str, str]] = []
    after = None
    for step in range(10):
        page = api.query(operations.SEARCH, text=word, first=3, after=after)
        names += [(e["node"]["blueprint"]["identifier"], e["node"]["identifier"]) for e in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        api.write_entities(entity(f"a-{word}-{step}", shop), entity(f"{word}-{step}-behind", shop))
    assert names == sorted(names)
    assert {(of, f"{word}-{place}") for of in (shop, other) for place in range(7)} <= set(names)
    assert len(names) == len(set(names))


def test_what_is_written_and_deleted_is_found_and_gone_at_once(api: Client, shop: str) -> None:
    api.write_entities(entity("orders", shop, language="Haskell"))
    assert found(api, "haskell", shop) == ["orders"]
    assert found(api, "mostly", shop) == []
    api.query(operations.DELETE_ENTITIES, input={"blueprint": shop, "identifiers": ["orders"]})
    assert found(api, "haskell", shop) == found(api, "orders", shop) == []


def test_entities_are_narrowed_by_search_and_query_in_any_order(api: Client, shop: str) -> None:
    def names(**variables: Any) -> list[str]:
        return api.identifiers(operations.ENTITY_NAMES, blueprint=shop, **variables)

    words = {"search": "payments"}
    in_order = ["my_payments_api", "orders", "payments-api", "paymentsApi"]
    assert names(filter=words) == in_order
    assert names(filter=words, order={"field": "IDENTIFIER", "direction": "DESC"}) == in_order[::-1]
    assert names(filter=words | {"teams": ["red", "blue"]}) == ["payments-api", "paymentsApi"]
    undecidable = query(condition("language", "beginsWith", "Go"))
    assert names(filter=words | {"query": undecidable}) == ["orders", "payments-api"]
    by_language = ["payments-api", "orders", "my_payments_api", "paymentsApi"]
    assert names(filter=words, order={"property": "language"}) == by_language
    first = api.query(operations.ENTITIES, blueprint=shop, filter=words, first=2)
    assert names(filter=words, after=first["pageInfo"]["endCursor"]) == in_order[2:]


@pytest.mark.parametrize("text", ["", "   ", "--- $$$", '""'])
def test_a_search_without_a_word_is_refused(api: Client, shop: str, text: str) -> None:
    code, message = api.refusal(operations.SEARCH, text=text)
    assert (code, message) == (
        "BAD_USER_INPUT", "a search needs a word: send at least one letter or digit",
    )  # fmt: skip
    assert api.refusal(operations.ENTITIES, blueprint=shop, filter={"search": text})[0] == code


def test_a_search_is_bounded_and_names_what_was_meant(api: Client, shop: str) -> None:
    assert found(api, "x" * 1_000, shop) == []
    code, message = api.refusal(operations.SEARCH, text="x" * 1_001)
    assert code == "LIMIT_EXCEEDED"
    assert "1,000 characters" in message
    assert api.refusal(operations.SEARCH, text=" ".join(map(str, range(33))))[0] == "LIMIT_EXCEEDED"
    code, message = api.refusal(operations.SEARCH, text="x", blueprints=[shop, f"{shop[:-1]}"])
    assert code == "NOT_FOUND"
    assert f"did you mean `{shop}`?" in message
    assert api.refusal(operations.SEARCH, text="x", after="nonsense")[0] == "BAD_USER_INPUT"


def test_long_words_and_texts_are_found_as_far_as_they_are_indexed(api: Client, kind: str) -> None:
    api.write_blueprint(blueprint(kind))
    long, filler = "x" * 50, "filler " * 200
    api.write_entities(entity(f"{long}-tail", kind, language=f"near {filler} far"))
    assert found(api, "x" * 30, kind) == found(api, f"{long} tail", kind) == [f"{long}-tail"]
    assert found(api, "near", kind) == [f"{long}-tail"]
    assert found(api, "far", kind) == []
