"""Documents in files: what they are taken for, what is left out of them, and what is wrong with them."""

from pathlib import Path
from typing import Any

import pytest

from levelmark.server.documents import Kind, Reading, read_documents
from levelmark.server.errors import CommandError
from tests.cli.commands import write
from tests.cli.conftest import Read
from tests.support.documents import blueprint, condition, entity, rule, scorecard


def kinds(reading: Reading) -> list[tuple[str, object]]:
    assert not reading.findings, [str(finding) for finding in reading.findings]
    return [(document.kind.name, document.identifier) for document in reading.documents]


def told(reading: Reading) -> list[str]:
    return [str(finding) for finding in reading.findings]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(blueprint(), Kind.BLUEPRINT, id="schema"),
        pytest.param(
            {"identifier": "a", "title": "A", "relations": {"b": {"target": "c"}}},
            Kind.BLUEPRINT,
            id="targets",
        ),
        pytest.param(
            scorecard("a", rule("r", "Gold", condition("$title", "isNotEmpty"))), Kind.SCORECARD, id="rules"
        ),
        pytest.param(
            {"identifier": "a", "title": "A", "blueprint": "b", "levels": [{"title": "1", "color": "red"}]},
            Kind.SCORECARD,
            id="levels",
        ),
        pytest.param(entity("a"), Kind.ENTITY, id="properties"),
        pytest.param({"identifier": "a", "blueprint": "b"}, Kind.ENTITY, id="bare"),
        pytest.param(
            {"identifier": "a", "blueprint": "b", "relations": {"owner": "c"}}, Kind.ENTITY, id="related"
        ),
        pytest.param({"identifier": "a", "blueprint": "b", "relations": {}}, Kind.ENTITY, id="unrelated"),
    ],
)
def test_a_document_is_known_by_its_fields(read: Read, content: dict[str, Any], kind: Kind) -> None:
    assert kinds(read("a.json", content)) == [(kind.name, content["identifier"])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            {"identifier": "a", "title": "A"}, "cannot tell whether this is a blueprint", id="unclear"
        ),
        pytest.param(
            {"identifier": "a", "schema": {}, "rules": []},
            "cannot tell what this is: `schema` is a field of blueprints, `rules` is a field of scorecards",
            id="contradictory",
        ),
        pytest.param('"service"', "is a string where a document is expected", id="string"),
        pytest.param([3], "[0]: is a number where a document is expected", id="number-in-a-list"),
        pytest.param({"entities": {}}, "entities: must be a list of documents", id="section-without-list"),
        pytest.param(
            {"entities": [], "bluprints": []},
            "bluprints: is not a section; the sections are blueprints, scorecards, entities "
            "(did you mean `blueprints`?)",
            id="unknown-section",
        ),
        pytest.param(
            {"blueprint": "a", "data": [], "next": 2},
            "`blueprint` and `data` stand alone",
            id="wrapper-and-more",
        ),
        pytest.param(
            {"blueprint": "a", "data": {}}, "`blueprint` must be an identifier", id="wrapper-of-no-list"
        ),
        pytest.param(
            {"blueprint": "a", "data": [entity("x", "b")]},
            "x: is a document of another blueprint among the `data` of `a`",
            id="wrapper-of-another",
        ),
    ],
)
def test_what_is_no_document_is_named_with_its_place(read: Read, content: Any, message: str) -> None:
    (line,) = told(read("a.json", content))
    assert line.startswith("a.json")
    assert message in line


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([blueprint("b"), scorecard("s", of="b"), entity("e", "b")], id="list"),
        pytest.param(
            {
                "blueprints": [blueprint("b")],
                "scorecards": [scorecard("s", of="b")],
                "entities": [entity("e", "b")],
            },
            id="sections",
        ),
        pytest.param(
            [blueprint("b"), {"blueprint": "b", "data": [scorecard("s", of="b"), entity("e", "b")]}],
            id="wrapper",
        ),
        pytest.param([[blueprint("b")], [[scorecard("s", of="b")], entity("e", "b")]], id="lists-of-lists"),
    ],
)
def test_a_file_may_hold_many_documents(read: Read, content: Any) -> None:
    assert kinds(read("a.json", content)) == [("BLUEPRINT", "b"), ("SCORECARD", "s"), ("ENTITY", "e")]


def test_sections_say_what_their_documents_are(read: Read) -> None:
    bare = {"identifier": "a", "title": "A"}
    found = read("a.json", {"blueprints": [bare], "scorecards": [{**bare, "blueprint": "a"}]})
    assert kinds(found) == [("BLUEPRINT", "a"), ("SCORECARD", "a")]


def test_one_yaml_file_may_hold_several_documents_and_empty_ones(read: Read) -> None:
    text = "{identifier: a, title: A, schema: {}}\n---\n---\n{identifier: e, blueprint: a}\n---\n"
    assert kinds(read("a.yaml", text)) == [("BLUEPRINT", "a"), ("ENTITY", "e")]


def test_a_wrapper_gives_its_blueprint_to_what_names_none(read: Read) -> None:
    found = read("a.json", {"blueprint": "service", "data": [{"identifier": "s", "title": "S", "rules": []}]})
    assert found.documents[0].content["blueprint"] == "service"


def test_a_blueprint_can_be_given_to_what_names_none(read: Read) -> None:
    contents = [
        {"identifier": "s", "title": "S", "rules": []},
        {"identifier": "e", "team": "x"},
        entity("f", "b"),
    ]
    found = read("a.json", [blueprint("x"), *contents], "service")
    assert not found.findings
    assert [one.blueprint for one in found.documents] == ["x", "service", "service", "b"]


@pytest.mark.parametrize("content", [blueprint(), scorecard("a"), entity("a")])
def test_what_only_a_server_sets_is_left_out(read: Read, content: dict[str, Any]) -> None:
    answer = content | {
        "id": "x",
        "__typename": "X",
        "version": 3,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "createdBy": "ann",
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "updatedBy": None,
    }
    found = read("a.json", answer)
    assert not found.findings
    assert found.documents[0].content == content


def test_the_scores_of_an_entity_are_left_out(read: Read) -> None:
    found = read("a.json", entity("a") | {"scores": [], "teams": ["x"], "scorecards": {}})
    assert found.documents[0].content == entity("a")


def test_issues_name_file_line_document_path_and_what_was_meant(read: Read) -> None:
    text = """\
identifier: health
titel: Health
blueprint: service
rules:
  - identifier: documented
    title: Documented
    level: Gold
    query:
      combinator: AND
      conditions: [{property: a, operator: isNotEmpty}]
"""
    found = told(read("a.yaml", text))
    assert "a.yaml:1: health: title: is required" in found
    assert any(line.startswith("a.yaml:1: health: titel: ") and "`title`?)" in line for line in found)
    assert any(line.startswith("a.yaml:9: health: rules[0].query.combinator: ") for line in found)


@pytest.mark.parametrize(
    "value", [pytest.param("1e999", id="infinite"), pytest.param(str(2**60), id="too-long")]
)
def test_numbers_that_cannot_be_kept_are_refused(read: Read, value: str) -> None:
    text = f'{{"identifier": "a", "blueprint": "b", "properties": {{"n": {value}}}}}'
    (line,) = told(read("a.json", text))
    assert line.startswith("a.json:1: a: properties.n: ")


def test_the_same_document_twice_is_refused_with_both_places(read: Read) -> None:
    text = (
        "- {identifier: a, blueprint: b}\n- {identifier: a, blueprint: c}\n- {identifier: a, blueprint: b}\n"
    )
    assert told(read("a.yaml", text)) == ["a.yaml:3: a: is the same one as at a.yaml:1; keep one of them"]


def test_all_that_is_wrong_is_found_at_once(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "{")
    write(tmp_path / "b.yaml", "a: 1\na: 2")
    write(tmp_path / "c.yaml", "name: CI")
    (tmp_path / "d.json").write_bytes(b'{"a":\n"\xff"}')
    assert [Path(one.place.file).name for one in read_documents([str(tmp_path)]).findings] == [
        "a.json", "b.yaml", "c.yaml", "d.json",
    ]  # fmt: skip


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    file.write_bytes(b'{"a":\n"\xff"}')
    assert told(read_documents([str(file)])) == [f"{file}:2: is not UTF-8; save it in this encoding"]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"identifier": "a", "blueprint": "b"}')
    assert kinds(read_documents([str(tmp_path)])) == [("ENTITY", "a")]


def test_folders_are_read_by_name_without_hidden_and_other_files(tmp_path: Path) -> None:
    for name in ("b/2.yml", "b/1.JSON", "a.yaml", "c.txt", ".git/x.yaml", ".x.yaml", "b/c.json/d.yaml"):
        write(tmp_path / name, f'{{"identifier": "{name}", "blueprint": "b"}}')
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    names = [identifier for _, identifier in kinds(read_documents([str(tmp_path)]))]
    assert names == ["a.yaml", "b/1.JSON", "b/2.yml", "b/c.json/d.yaml"]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.json", entity("a"))
    assert kinds(read_documents(["a.json", ".", str(tmp_path)])) == [("ENTITY", "a")]


@pytest.mark.parametrize("text", ['{"identifier": "a", "blueprint": "b"}', "identifier: a\nblueprint: b"])
def test_a_file_without_a_telling_name_is_read_by_how_it_begins(read: Read, text: str) -> None:
    assert kinds(read("documents", text)) == [("ENTITY", "a")]


def test_a_path_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no file or folder"):
        read_documents([str(tmp_path / "a.yaml")])


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "README.md", "hello")
    with pytest.raises(CommandError, match=r"has no \.json, \.yaml, \.yml file"):
        read_documents([str(tmp_path)])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to("gone.json")
    (line,) = told(read_documents([str(tmp_path)]))
    assert line == f"{tmp_path}/a.json: cannot be read: No such file or directory"
