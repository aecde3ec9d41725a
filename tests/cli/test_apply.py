"""`levelmark apply`: what it sends, what it says, how it ends."""

import json
import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from levelmark.server.applying import Sending, Show
from levelmark.server.applying.sending import chunks
from levelmark.server.client import Client
from levelmark.server.documents import Document, Kind, Place
from tests.cli.commands import here, levelmark, started, write
from tests.support.documents import blueprint, condition, entity, rule, scorecard
from tests.support.server import ServerProcess

LEVELS = [{"title": "Basic", "color": "paleBlue"}, {"title": "Gold", "color": "gold"}]
LEVEL = """query ($blueprint: String!, $identifier: String!, $scorecard: String!) {
  entity(blueprint: $blueprint, identifier: $identifier) { score(scorecard: $scorecard) { level { title } } }
}"""
PROPERTIES = """query ($blueprint: String!) {
  entities(blueprint: $blueprint) { edges { node { identifier properties } } }
}"""
HISTORY = """query ($blueprint: String!) {
  levelChanges(filter: {blueprint: $blueprint}) { edges { node { fromLevel toLevel } } }
}"""


def starred(name: str, *rules: Any) -> dict[str, Any]:
    """A scorecard `name` of the blueprint `name`."""
    liked = rule("liked", "Gold", condition("stars", ">", 5))
    return scorecard(name, *(rules or (liked,)), of=name, levels=LEVELS)


def properties(server: ServerProcess, name: str) -> dict[str, Any]:
    edges = server.query(PROPERTIES, blueprint=name)["entities"]["edges"]
    return {edge["node"]["identifier"]: edge["node"]["properties"] for edge in edges}


@contextmanager
def silent(_label: str) -> Iterator[Show]:
    yield lambda _done, _total: None


def test_a_folder_is_written_and_evaluated_when_the_command_ends(
    shared: ServerProcess, tmp_path: Path
) -> None:
    write(tmp_path / "blueprint.json", blueprint("whole"))
    write(tmp_path / "scorecard.yaml", f"# JSON is YAML, too\n{json.dumps(starred('whole'))}")
    write(tmp_path / "entities.json", [entity("a", "whole", stars=9), entity("b", "whole", stars=1)])
    ended = levelmark("apply", str(tmp_path), server=shared.url)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        "blueprints: 1 created",
        "entities: 2 created",
        "scorecards: 1 created",
        "evaluated 2 entities again: 2 with other scores",
    ]
    found = shared.query(LEVEL, blueprint="whole", identifier="a", scorecard="whole")
    assert found["entity"]["score"]["level"]["title"] == "Gold"


def test_applying_again_changes_nothing_and_says_so(shared: ServerProcess, tmp_path: Path) -> None:
    write(tmp_path / "all.json", [blueprint("again"), starred("again"), entity("a", "again", stars=1.0)])
    assert here("apply", str(tmp_path), server=shared.url).returncode == 0
    before = shared.query(HISTORY, blueprint="again")
    ended = here("apply", str(tmp_path), server=shared.url)
    assert ended.returncode == 0
    assert ended.stdout == "nothing changed: 1 blueprint, 1 entity, 1 scorecard as before\n"
    assert shared.query(HISTORY, blueprint="again") == before


def test_issues_are_told_with_their_place_and_the_status_is_1(shared: ServerProcess, tmp_path: Path) -> None:
    gold = rule("liked", "Gould", condition("stras", ">", 5))
    good, bad = entity("good", "issues", stars=1), entity("bad", "issues", stars="many", archivd=True)
    write(tmp_path / "a.json", [blueprint("issues"), starred("issues", gold)])
    write(tmp_path / "b.json", f"[{json.dumps(good)},\n{json.dumps(bad)}]")
    ended = levelmark("apply", str(tmp_path), server=shared.url)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "blueprints: 1 created",
        "entities: 1 created, 1 refused",
        "scorecards: 1 refused",
        "4 errors, 1 warning",
    ]
    issues = [line for line in ended.stderr.splitlines() if line.startswith(str(tmp_path))]
    assert [line.removeprefix(f"{tmp_path}/").split(": ")[:3] for line in issues] == [
        ["b.json:2", "bad", "properties.archivd"],
        ["b.json:2", "bad", "properties.stars"],
        ["a.json:1", "issues", "rules[0].level"],
        ["a.json:1", "issues", "rules[0].query.conditions[0].property"],
        ["a.json:1", "issues", "levels[1]"],
    ]
    assert issues[0].endswith("(did you mean `archived`?)")
    assert issues[3].endswith("(did you mean `stars`?)")
    assert issues[4].split(": ")[3] == "warning"


def test_warnings_alone_are_no_failure(shared: ServerProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [blueprint("warned"), scorecard("warned", of="warned", levels=LEVELS)])
    ended = here("apply", str(file), server=shared.url)
    assert ended.returncode == 0
    assert "0 errors, 1 warning" in ended.stdout
    assert f"{file}:1: warned: levels[1]: warning: " in ended.stderr


def test_nothing_is_sent_where_one_file_has_a_fault(shared: ServerProcess, tmp_path: Path) -> None:
    write(tmp_path / "a.json", blueprint("unsent"))
    write(tmp_path / "b.yaml", "identifier: x\nidentifier: y\n")
    ended = levelmark("apply", str(tmp_path), server=shared.url)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        f"{tmp_path}/b.yaml:2: the key `identifier` stands here a second time",
        "levelmark: nothing was sent: 1 error in the files",
    ]
    assert shared.query('{ blueprint(identifier: "unsent") { title } }') == {"blueprint": None}


def test_documents_can_come_from_standard_input(shared: ServerProcess) -> None:
    text = f"--- {json.dumps(blueprint('piped'))}\n---\nidentifier: a\nproperties: {{stars: 2}}\n"
    ended = levelmark("apply", "-", "--blueprint", "piped", stdin=text, server=shared.url)
    assert ended.returncode == 0, ended.stderr
    assert properties(shared, "piped") == {"a": {"stars": 2}}


def test_a_merge_keeps_what_the_files_do_not_say(shared: ServerProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [blueprint("merged"), entity("a", "merged", stars=1, language="go")])
    here("apply", str(file), server=shared.url)
    write(file, entity("a", "merged", stars=2))
    here("apply", "--merge", str(file), server=shared.url)
    assert properties(shared, "merged") == {"a": {"stars": 2, "language": "go"}}
    here("apply", str(file), server=shared.url)
    assert properties(shared, "merged") == {"a": {"stars": 2}}


def test_a_blueprint_that_breaks_what_is_stored_is_applied_by_force_alone(
    shared: ServerProcess, tmp_path: Path
) -> None:
    write(tmp_path / "a.json", [blueprint("forced"), entity("a", "forced", stars=5)])
    assert here("apply", str(tmp_path), server=shared.url).returncode == 0
    narrowed = blueprint("forced", schema={"properties": {"stars": {"type": "number", "maximum": 4}}})
    file = write(tmp_path / "a.json", narrowed)
    refused = here("apply", str(file), server=shared.url)
    assert refused.returncode == 1
    assert refused.stdout.splitlines() == ["blueprints: 1 refused", "3 errors, 0 warnings"]
    assert "`forced/a`: properties.stars: must be at most 4, and is 5" in refused.stderr
    assert "(`--force`)" in refused.stderr
    done = here("apply", str(file), "--force", server=shared.url)
    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == ["blueprints: 1 updated", "0 errors, 2 warnings"]


def test_force_is_no_field_of_a_file(shared: ServerProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", blueprint("unforced", force=True))
    ended = here("apply", str(file), server=shared.url)
    assert ended.returncode == 1
    assert "unforced: force: is not a field here" in ended.stderr


def test_without_waiting_the_evaluation_is_left_to_the_server(shared: ServerProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [blueprint("left"), starred("left"), entity("a", "left", stars=9)])
    ended = here("apply", "--no-wait", str(file), server=shared.url)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1] == "entities are being evaluated again in the background"


def test_what_belongs_to_a_refused_blueprint_is_not_sent(shared: ServerProcess, tmp_path: Path) -> None:
    refused = blueprint("refused", schema={"properties": {"stars": {"type": "numbr"}}})
    file = write(
        tmp_path / "a.json", [refused, starred("refused"), entity("a", "refused"), entity("b", "refused")]
    )
    ended = here("apply", str(file), server=shared.url)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "blueprints: 1 refused",
        "entities: 2 not sent, since their blueprint was refused",
        "scorecards: 1 not sent, since their blueprint was refused",
        "1 error, 0 warnings",
    ]


def test_blueprints_that_point_at_each_other_are_no_matter_of_order(
    shared: ServerProcess, tmp_path: Path
) -> None:
    def pointing(name: str, *targets: str) -> dict[str, Any]:
        return blueprint(name, relations={target: {"target": target} for target in targets})

    file = write(tmp_path / "a.json", [pointing("egg", "hen", "fox"), pointing("hen", "egg")])
    ended = here("apply", str(file), server=shared.url)
    assert ended.stdout.splitlines() == ["blueprints: 2 created", "0 errors, 1 warning"]
    assert "egg: relations.fox.target: warning: " in ended.stderr


def test_entities_that_point_at_later_ones_are_no_matter_of_order(
    shared: ServerProcess, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "a.json", [linked("chain"), *chain("chain", 2_001), link("chain", "last", "lost")]
    )
    ended = here("apply", str(file), server=shared.url)
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        "blueprints: 1 created",
        "entities: 2,002 created",
        "0 errors, 1 warning",
    ]
    (warning,) = [line for line in ended.stderr.splitlines() if "warning" in line]
    assert "last: relations.next[0]: warning: blueprint `chain` has no entity `lost`" in warning


def test_strictly_only_what_points_at_nothing_is_refused_whatever_the_order(
    shared: ServerProcess, tmp_path: Path
) -> None:
    lost = [link("strict", "b", "c"), link("strict", "c", "lost")]
    file = write(tmp_path / "a.json", [linked("strict"), *lost, *chain("strict", 2_001)])
    ended = here("apply", "--strict", str(file), server=shared.url)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "blueprints: 1 created",
        "entities: 2,001 created, 2 refused",
        "2 errors, 0 warnings",
    ]
    told = [line.split(": ")[1:3] for line in ended.stderr.splitlines() if line.startswith(str(file))]
    assert told == [["b", "relations.next[0]"], ["c", "relations.next[0]"]]


def linked(name: str) -> dict[str, Any]:
    """A blueprint whose entities point at one another."""
    return blueprint(name, relations={"next": {"target": name, "many": True}})


def link(of: str, identifier: str, *following: str) -> dict[str, Any]:
    return entity(identifier, of) | {"relations": {"next": list(following)}}


def chain(of: str, count: int) -> list[dict[str, Any]]:
    """Entities that each point at the one behind it, the last one at nothing."""
    names = [f"e{number}" for number in range(count)]
    return [link(of, name, *names[place + 1 : place + 2]) for place, name in enumerate(names)]


def test_a_rule_that_comes_with_its_values_lowers_nobody(shared: ServerProcess, tmp_path: Path) -> None:
    liked = rule("liked", "Gold", condition("stars", ">", 5))
    spoken = rule("spoken", "Gold", condition("language", "isNotEmpty"))
    file = write(
        tmp_path / "a.json", [blueprint("story"), starred("story", liked), entity("a", "story", stars=9)]
    )
    here("apply", str(file), server=shared.url)
    write(file, [starred("story", liked, spoken), entity("a", "story", stars=9, language="go")])
    assert "1 updated" in here("apply", str(file), server=shared.url).stdout
    edges = shared.query(HISTORY, blueprint="story")["levelChanges"]["edges"]
    assert [edge["node"] for edge in edges] == [{"fromLevel": None, "toLevel": "Gold"}]


def test_more_than_a_thousand_entities_are_sent_in_chunks(shared: ServerProcess, tmp_path: Path) -> None:
    many = [entity(f"e{number}", "many", stars=number) for number in range(1_001)]
    file = write(tmp_path / "a.json", [blueprint("many"), *many])
    ended = here("apply", str(file), server=shared.url)
    assert "entities: 1,001 created" in ended.stdout
    assert "entities: 1,001 of 1,001" in ended.stderr


def test_chunks_are_bounded_in_number_and_in_bytes() -> None:
    small = [_document(Kind.ENTITY, entity(f"e{number}")) for number in range(5)]
    assert [len(chunk) for chunk in chunks(small, 2, 10_000)] == [2, 2, 1]
    large = [_document(Kind.ENTITY, entity(f"e{number}", language="x" * 400)) for number in range(3)]
    assert [len(chunk) for chunk in chunks([*small[:2], *large], 1_000, 1_000)] == [3, 2]
    assert [len(chunk) for chunk in chunks(large, 1_000, 100)] == [1, 1, 1]


def test_what_the_server_cannot_even_read_is_told_of_the_one_document(shared: ServerProcess) -> None:
    sound = [_document(Kind.ENTITY, entity(f"e{number}", "skewed")) for number in range(4)]
    newer = _document(Kind.ENTITY, entity("newer", "skewed") | {"colour": "red"})
    card = _document(Kind.SCORECARD, scorecard("skewed", rule("r", "Gold") | {"weight": 3}, of="skewed"))
    with Client(shared.url) as client:
        sending = Sending(client, silent)
        sending.send([_document(Kind.BLUEPRINT, blueprint("skewed")), *sound[:2], newer, *sound[2:], card])
    assert set(properties(shared, "skewed")) == {"e0", "e1", "e2", "e3"}
    assert [*sending.applied.summary()][1:] == [
        "entities: 4 created, 1 refused",
        "scorecards: 1 refused",
        "2 errors, 0 warnings",
    ]
    refusal = "Expected value of type '{}' not to include unknown field '{}'"
    assert [str(finding) for finding in sending.applied.findings] == [
        f"f.json:7: newer: {refusal.format('EntityInput', 'colour')}",
        f"f.json:7: skewed: rules[0]: {refusal.format('RuleInput', 'weight')}",
    ]


def test_a_terminal_gets_a_bar_and_others_get_lines(shared: ServerProcess, tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", [blueprint("shown"), starred("shown"), entity("a", "shown")])
    ours, theirs = pty.openpty()
    process = started("apply", str(file), server=shared.url, stderr=theirs)
    os.close(theirs)
    bars = _drained(ours)
    assert process.communicate()[0].splitlines()[0] == "blueprints: 1 created"
    assert "entities  [####################################]  1/1" in bars
    lines = here("apply", str(file), server=shared.url).stderr
    assert lines.splitlines()[1:] == ["blueprints: 1 of 1", "entities: 1 of 1", "scorecards: 1 of 1"]


def test_no_server_is_told_in_one_line_with_the_remedy(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", blueprint())
    ended = levelmark("apply", str(file), "--server", "http://127.0.0.1:9")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines()[-1] == (
        "levelmark: no server answers at http://127.0.0.1:9/graphql: start one with `levelmark serve`, "
        "or name it with --server or LEVELMARK_SERVER"
    )


def test_files_without_documents_are_told() -> None:
    ended = levelmark("apply", "-", stdin="# nothing\n")
    assert (ended.returncode, ended.stderr) == (1, "levelmark: there is no document in -\n")


def test_the_help_names_the_default_server() -> None:
    assert "http://127.0.0.1:4000/graphql" in levelmark("apply", "--help").stdout


def _document(kind: Kind, content: dict[str, Any]) -> Document:
    return Document(kind, content, Place("f.json", 7), content["identifier"])


def _drained(descriptor: int) -> str:
    text = b""
    try:
        while chunk := os.read(descriptor, 4096):
            text += chunk
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(descriptor)
    return text.decode()


def test_of_warnings_of_one_kind_no_more_are_told_than_anybody_reads(
    shared: ServerProcess, tmp_path: Path
) -> None:
    linked = blueprint("crowded", relations={"next": {"target": "crowded"}})
    lost = [{**entity(f"e{number}", "crowded"), "relations": {"next": "lost"}} for number in range(60)]
    ended = here("apply", str(write(tmp_path / "all.json", [linked, *lost])), server=shared.url)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("has no entity `lost`") == 50
    assert "and 10 more warnings of the kind DANGLING" in ended.stderr
    assert "0 errors, 60 warnings" in ended.stdout
