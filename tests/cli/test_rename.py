"""`levelmark rename`."""

from uuid import uuid4

from tests.cli.commands import here, levelmark
from tests.support.documents import blueprint, condition, rule, scorecard
from tests.support.server import ServerProcess

WRITE = """
mutation($blueprint: BlueprintInput!, $scorecard: ScorecardInput!) {
    upsertBlueprint(input: $blueprint) {outcome}
    upsertScorecard(input: $scorecard) {outcome}
}"""
READ = """
query($card: String!) {
    scorecard(identifier: $card) {blueprint {identifier} levels {title} rules {identifier query}}
}"""


def test_everything_that_can_be_renamed_is(shared: ServerProcess) -> None:
    kind, card = f"service-{uuid4().hex}", f"card-{uuid4().hex}"
    relations = {"owner": {"target": kind}}
    document = scorecard(card, rule("liked", "Bronze", condition("stars", ">", 5)), of=kind)
    shared.query(WRITE, blueprint=blueprint(kind, relations=relations), scorecard=document)
    for words in (
        ("property", kind, "stars", "likes"),
        ("relation", kind, "owner", "team"),
        ("rule", card, "liked", "popular"),
        ("level", card, "Bronze", "Copper"),
        ("blueprint", kind, f"{kind}-now"),
    ):
        ended = here("rename", *words, server=shared.url)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == f"{words[0]} `{words[-2]}` is now `{words[-1]}`\n"
    stored = shared.query(READ, card=card)["scorecard"]
    assert stored["blueprint"]["identifier"] == f"{kind}-now"
    assert stored["levels"][1]["title"] == "Copper"
    assert stored["rules"][0]["identifier"] == "popular"
    assert stored["rules"][0]["query"]["conditions"][0]["property"] == "likes"
    exported = levelmark("export", "--blueprint", f"{kind}-now", server=shared.url).stdout
    assert "likes" in exported
    assert "stars" not in exported


def test_what_cannot_be_renamed_is_one_clear_line(shared: ServerProcess) -> None:
    kind = f"service-{uuid4().hex}"
    card = scorecard(f"card-{uuid4().hex}", of=kind)
    shared.query(WRITE, blueprint=blueprint(kind), scorecard=card)
    ended = levelmark("rename", "property", kind, "star", "likes", server=shared.url)
    assert (ended.returncode, ended.stdout) == (1, "")
    message = f"blueprint `{kind}` has no property `star` (did you mean `stars`?)"
    assert ended.stderr == f"levelmark: {message}\n"


def test_too_few_names_are_answered_with_the_usage() -> None:
    ended = levelmark("rename", "property", "stars", "likes")
    assert ended.returncode == 2
    assert "levelmark rename property BLUEPRINT FROM TO" in ended.stderr
