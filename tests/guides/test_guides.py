"""The guides: applied to a real server, everything derived and every level is as worked out by hand."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from levelmark.server.documents import Kind, read_documents
from tests.cli.commands import here
from tests.guides.guide import GUIDES, Found, Guide, contents
from tests.support import scratch
from tests.support.server import ServerProcess

WITHIN_SECONDS: Final = 20
ENTITIES: Final = """query ($blueprint: String!) {
  entities(blueprint: $blueprint, first: 500) { edges { node {
    identifier
    derived
    scores { scorecard { identifier } level { title } ruleResults { rule { identifier } result } }
  } } }
}"""

each_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)


@pytest.fixture(scope="module")
def applied(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server to which all guides have been applied."""
    log = tmp_path_factory.mktemp("guides") / "server.log"
    with ServerProcess(log, "--mongodb-url", mongo_url, "--database", f"test-{uuid4().hex}") as server:
        for guide in GUIDES.values():
            ended = here("apply", *guide.files, server=server.url)
            assert ended.returncode == 0, ended.stderr
            assert _warnings(ended.stderr) == guide.warnings
        yield server


@each_guide
def test_values_results_and_levels_are_those_worked_out_by_hand(applied: ServerProcess, guide: Guide) -> None:
    expected = guide.expected(datetime.now(UTC))
    deadline = time.monotonic() + WITHIN_SECONDS
    while (faults := _faults(expected, _read(applied, guide))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert faults == []


@each_guide
def test_an_export_gives_the_same_documents_back(
    applied: ServerProcess, guide: Guide, tmp_path: Path
) -> None:
    file = tmp_path / "exported.json"
    names = [word for one in guide.documents(Kind.BLUEPRINT) for word in ("--blueprint", one["identifier"])]
    ended = here("export", "--output", str(file), *names, server=applied.url)
    assert ended.returncode == 0, ended.stderr
    exported = read_documents([str(file)]).documents
    for kind in Kind:
        sent, back = guide.documents(kind), contents(exported, kind)
        assert [one["identifier"] for one in back] == [one["identifier"] for one in sent]
        for one, other in zip(sent, back, strict=True):
            assert _filled(other) == _filled(one)


@each_guide
def test_the_oracle_of_other_tests_comes_to_the_same(guide: Guide) -> None:
    now = datetime.now(UTC)
    entities = [{"createdAt": now.isoformat(), **one} for one in guide.documents(Kind.ENTITY)]
    outcomes = scratch.evaluate(
        guide.documents(Kind.BLUEPRINT), guide.documents(Kind.SCORECARD), entities, now
    )
    found = {key: {"derived": one.derived, "scores": _scores(one)} for key, one in outcomes.items()}
    assert _faults(guide.expected(now), found) == []


def _warnings(told: str) -> list[str]:
    """Whose they are and where, without the file before and the message behind."""
    lines = [line.split(": ") for line in told.splitlines()]
    return [f"{words[1]}: {words[2]}" for words in lines if words[3:4] == ["warning"]]


def _read(server: ServerProcess, guide: Guide) -> Found:
    found: Found = {}
    for one in guide.documents(Kind.BLUEPRINT):
        name = one["identifier"]
        for edge in server.query(ENTITIES, blueprint=name)["entities"]["edges"]:
            node = edge["node"]
            scores = {score["scorecard"]["identifier"]: _score(score) for score in node["scores"]}
            found[name, node["identifier"]] = {"derived": node["derived"], "scores": scores}
    return found


def _score(score: dict[str, Any]) -> dict[str, Any]:
    results = {one["rule"]["identifier"]: one["result"] for one in score["ruleResults"]}
    return {"level": score["level"]["title"], "results": results}


def _scores(outcome: scratch.Outcome) -> dict[str, Any]:
    return {card: {"level": one.level, "results": one.results} for card, one in outcome.standings.items()}


def _faults(expected: Found, found: Found) -> list[str]:
    faults = [f"{key} is there in only one of the two" for key in expected.keys() ^ found.keys()]
    for key in expected.keys() & found.keys():
        for part in ("derived", "scores"):
            one, other = expected[key][part], found[key][part]
            faults += [
                f"{key}: {part}.{name} is {other.get(name)!r} and should be {one.get(name)!r}"
                for name in {*one, *other}
                if scratch.difference(one.get(name), other.get(name))
            ]
    return sorted(faults)


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what is empty: to leave that out says the same."""
    return {name: value for name, value in document.items() if value not in (None, {}, [])}
