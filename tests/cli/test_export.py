"""`levelmark export`: what a server holds, byte for byte, as documents that can be applied."""

import json
import os
import subprocess
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from levelmark.server.applying import Sending, Show
from levelmark.server.client import Client
from levelmark.server.documents import Document, Kind, Place, read_documents
from levelmark.server.exporting import Catalogue
from tests.cli.commands import SECONDS, command, environment_for, here, levelmark, write
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.server import ServerProcess

TRICKY: dict[str, Any] = {
    "language": "yes",
    "stars": 1.0,
    "archived": False,
    "tags": ["1", "no", "null", "2026-01-01", "0123", "", "a: b", "#", "é😀\u2028", "two\nlines\n", " x"],
    "settings": {"b": 1, "a": 1.0, "a.b": {"$where": []}, "__proto__": None, "1e3": -0.0, "on": "~", "": {}},
}


def catalogue() -> list[dict[str, Any]]:
    """Documents with everything that could get lost on the way."""
    pointing = blueprint("service", icon="Gear", description="What runs.\nSomewhere.\n")
    pointing["relations"] = {"owner": {"target": "team"}, "uses": {"target": "service", "many": True}}
    pointing["schema"] = {**pointing["schema"], "required": ["stars"]}
    filtered = scorecard(
        "health",
        rule(
            "popular",
            "Gold",
            condition("stars", ">=", 1),
            query(condition("tags", "containsAny", ["1"]), combinator="or"),
        ),
        rule("plain", "Silver", condition("stars", ">=", 1.0)) | {"description": "# Why\n\nSo.\n"},
        filter=query(condition("archived", "!=", True)),
    )
    return [
        {"identifier": "team", "title": "Team"},
        pointing,
        filtered,
        scorecard("empty", of="team", levels=[{"title": "Only", "color": "red"}]),
        entity("tricky", **TRICKY) | {"title": "", "icon": "x", "team": ["a", "b"]},
        entity("0-a.d.", stars=1) | {"team": "one", "relations": {"owner": "engity's-bifröst", "uses": []}},
        entity("none", stars=0) | {"team": [], "relations": {"owner": None}},
        {"identifier": "engity's-bifröst", "blueprint": "team"},
        *(entity(f"e{number}", stars=number) for number in range(40)),
    ]


@pytest.fixture(scope="module")
def filled(shared: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> ServerProcess:
    """The shared server, with the catalogue in it."""
    blueprints, *others = (catalogue()[:2], *catalogue()[2:])
    file = write(tmp_path_factory.mktemp("filled") / "a.json", {"blueprints": blueprints})
    rest = write(file.with_name("b.json"), others)
    ended = here("apply", str(file), str(rest), server=shared.url)
    assert ended.returncode == 0, ended.stderr
    return shared


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_an_export_that_is_applied_elsewhere_exports_the_same_bytes(
    filled: ServerProcess, mongo_url: str, tmp_path: Path, form: str
) -> None:
    first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
    assert here("export", "--output", str(first), server=filled.url).returncode == 0
    database = ["--mongodb-url", mongo_url, "--database", f"test-{uuid4().hex}"]
    with ServerProcess(tmp_path / "log", *database) as empty:
        applied = here("apply", str(first), server=empty.url)
        assert applied.returncode == 0, applied.stderr
        assert here("export", "--output", str(second), server=empty.url).returncode == 0
    assert first.read_bytes() == second.read_bytes()
    assert here("apply", str(second), server=filled.url).stdout.startswith("nothing changed: 2 blueprints, ")


def test_it_goes_to_standard_output_as_yaml(filled: ServerProcess) -> None:
    ended = levelmark("export", server=filled.url)
    assert ended.returncode == 0
    assert ended.stderr == "exported 2 blueprints, 2 scorecards, 44 entities\n"
    assert [line for line in ended.stdout.splitlines() if line[:1] not in ("", " ", "-")] == [
        "blueprints:",
        "scorecards:",
        "entities:",
    ]


def test_values_come_as_they_were_sent(filled: ServerProcess) -> None:
    found = json.loads(levelmark("export", "--format", "json", server=filled.url).stdout)
    (tricky,) = [one for one in found["entities"] if one["identifier"] == "tricky"]
    assert json.dumps(tricky["properties"]) == json.dumps(TRICKY)
    assert (tricky["title"], tricky["team"]) == ("", ["a", "b"])
    plain = found["scorecards"][0]["rules"][1]
    assert json.dumps(plain["query"]["conditions"][0]["value"]) == "1.0"
    assert plain["level"] == "Silver"


def test_documents_stand_in_the_order_of_their_identifiers(filled: ServerProcess) -> None:
    with Client(filled.url) as client:
        exported = Catalogue(client, (), lambda _: None)
        names = [str(one["identifier"]) for one in exported.entities(["service"])]
    assert exported.names == ["service", "team"]
    assert names == sorted(names)
    assert len(names) == 43


def test_one_blueprint_comes_with_what_belongs_to_it(filled: ServerProcess, tmp_path: Path) -> None:
    file = tmp_path / "team.yaml"
    here("export", "--blueprint", "team", "--output", str(file), server=filled.url)
    found = read_documents([str(file)]).documents
    assert [(one.kind, one.identifier) for one in found] == [
        (Kind.BLUEPRINT, "team"),
        (Kind.SCORECARD, "empty"),
        (Kind.ENTITY, "engity's-bifröst"),
    ]


def test_an_unknown_blueprint_is_told_with_what_was_meant(filled: ServerProcess) -> None:
    ended = here("export", "--blueprint", "servcie", server=filled.url)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (f"levelmark: {filled.url} has no blueprint `servcie` (did you mean `service`?)\n")


def test_a_folder_gets_a_file_for_the_entities_of_each_blueprint(
    filled: ServerProcess, tmp_path: Path
) -> None:
    write(tmp_path / "entities" / "retired.yaml", "entities: []")
    ended = here("export", "--output", str(tmp_path), server=filled.url)
    assert ended.stderr.splitlines() == [
        f"{tmp_path}/entities/retired.yaml: not part of this export; delete it if it is from an earlier one",
        "exported 2 blueprints, 2 scorecards, 44 entities",
    ]
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.yaml"))
    assert files == [
        "blueprints.yaml",
        "entities/retired.yaml",
        "entities/service.yaml",
        "entities/team.yaml",
        "scorecards.yaml",
    ]
    assert here("apply", str(tmp_path), server=filled.url).stdout.startswith(
        "nothing changed: 2 blueprints, "
    )


def test_any_identifier_makes_a_file_name_of_its_own(shared: ServerProcess, tmp_path: Path) -> None:
    names = ["../up", ".hidden", "Case", "case", "ü" * 200, "ü" * 199, "a/b"]
    documents = [Document(Kind.BLUEPRINT, blueprint(name), Place(""), name) for name in names]
    folder = tmp_path / "out"
    with Client(shared.url) as client:
        Sending(client, _quiet).send(documents)
    chosen = [word for name in names for word in ("--blueprint", name)]
    assert here("export", "--output", str(folder), *chosen, server=shared.url).returncode == 0
    files = [path.name for path in (folder / "entities").iterdir()]
    assert len({name.casefold() for name in files}) == len(names)
    assert not [name for name in files if name.startswith(".") or len(name) > 255]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_is_left_as_it_was_where_the_export_fails(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", "old")
    assert here("export", "--output", str(file), server="http://127.0.0.1:9").returncode == 1
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_a_place_that_cannot_be_written_is_told(filled: ServerProcess, tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    ended = here("export", "--output", str(tmp_path / "file" / "a.yaml"), server=filled.url)
    assert ended.returncode == 1
    assert ended.stderr == f"levelmark: {tmp_path}/file/a.yaml cannot be written: File exists\n"


def test_a_name_that_contradicts_the_format_is_refused(filled: ServerProcess) -> None:
    ended = here("export", "--format", "yaml", "--output", "a.json", server=filled.url)
    assert ended.stderr == "levelmark: a.json would hold YAML; name it .yaml or leave out --format\n"


def test_a_reader_that_has_seen_enough_ends_it_quietly(filled: ServerProcess) -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        command("export"), stdout=writing, stderr=subprocess.PIPE, env=environment_for(filled.url), text=True
    ) as process:
        os.close(writing)
        os.close(reading)
        assert process.communicate(timeout=SECONDS)[1] == ""
    assert process.returncode == 1


def test_large_catalogues_are_not_held_in_memory(filled: ServerProcess) -> None:
    large = [entity(f"e{number:02}", "large", language="x" * 900_000) for number in range(30)]
    documents = [Document(Kind.ENTITY, one, Place(""), "") for one in large]
    with Client(filled.url) as client:
        sending = Sending(client, _quiet)
        sending.send([Document(Kind.BLUEPRINT, blueprint("large"), Place(""), ""), *documents])
        assert not sending.applied.findings
    few, many = _peak_megabytes(filled.url, "team"), _peak_megabytes(filled.url, "large")
    assert many - few < 13


def _peak_megabytes(url: str, name: str) -> float:
    words = command("export", "--blueprint", name)
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(words, env=environment_for(url), stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    assert status == 0
    return usage.ru_maxrss / 1024


def _quiet(_label: str) -> AbstractContextManager[Show]:
    return nullcontext(lambda _done, _total: None)
