"""Renaming, seen from below and from the side: nothing stored moves, and nobody ever sees a half."""

import asyncio
import threading
import time
from contextlib import suppress
from typing import Any, Final

import httpx

from levelmark.domain.documents import to_document
from levelmark.engine.translating import told_blueprint, told_entity
from levelmark.graphql.context import Context
from levelmark.graphql.schema import build_schema
from levelmark.plugins import Registry
from levelmark.services import Services
from levelmark.services.notifications import Target
from levelmark.services.outcome import Outcome
from levelmark.services.writing import Mode
from levelmark.storage import Storage
from tests.services.test_notifications import Recorder
from tests.support.consistency import assert_consistent
from tests.support.documents import blueprint, condition, entity, query, rule, scorecard
from tests.support.server import ServerProcess
from tests.support.waiting import eventually

TEAM: Final = {
    "identifier": "team",
    "title": "Team",
    "schema": {"properties": {"slack": {"type": "string"}, "size": {"type": "number"}}},
    "aggregationProperties": {
        "likes": {
            "target": "service",
            "query": {"combinator": "and", "rules": [condition("language", "=", "Go")]},
            "calculationSpec": {"calculationBy": "property", "func": "sum", "property": "stars"},
        }
    },
}
SERVICE: Final = blueprint(
    relations={"owner": {"target": "team"}},
    mirrorProperties={"channel": {"path": "owner.slack"}, "popularity": {"path": "owner.likes"}},
    calculationProperties={
        "twice": {"calculation": ".properties.stars * 2 + (.relations.owner | length)", "type": "number"}
    },
)
RULES: Final = (
    rule("liked", "Bronze", condition("stars", ">", 5)),
    rule("reached", "Silver", condition("channel", "beginsWith", "#"), condition("twice", ">", 10)),
    rule("ours", "Gold", condition("$blueprint", "=", "service"), condition("popularity", ">", 5)),
)
RENAMES: Final = (
    ("blueprint", ("service", "component")),
    ("property", ("component", "stars", "likes")),
    ("property", ("component", "channel", "chat")),
    ("property", ("component", "twice", "double")),
    ("relation", ("component", "owner", "squad")),
    ("blueprint", ("team", "tribe")),
    ("property", ("tribe", "slack", "room")),
    ("property", ("tribe", "likes", "fame")),
    ("rule", ("quality", "liked", "popular")),
    ("level", ("quality", "Bronze", "Copper")),
)


async def fill(services: Services) -> None:
    """Two teams with services, with every kind of property, and a scorecard over them."""
    await services.blueprints.upsert(TEAM)
    written = await services.blueprints.upsert(SERVICE)
    assert written.outcome is Outcome.CREATED, written.issues
    scored = await services.scorecards.upsert(
        scorecard("quality", *RULES, filter=query(condition("language", "isNotEmpty")))
    )
    assert scored.outcome is Outcome.CREATED, scored.issues
    teams = [entity(f"team-{number}", "team", slack=f"#{number}", size=number) for number in range(2)]
    owned = [
        entity(f"api-{number}", stars=number, language="Go") | {"relations": {"owner": f"team-{number % 2}"}}
        for number in range(10)
    ]
    for one in await services.entities.upsert([*teams, *owned], Mode.REPLACE):
        assert one.outcome is Outcome.CREATED, one.issues
    await services.settled()
    await services.delivery.settle()


async def rename(services: Services, kind: str, names: tuple[str, ...]) -> None:
    written = await getattr(services.renaming, kind)(*names)
    assert written.outcome is Outcome.UPDATED, (kind, names, written.issues)


async def rows(storage: Storage, *collections: str) -> dict[str, list[Any]]:
    return {name: await storage.database[name].find({}).sort("_id").to_list(None) for name in collections}


STORED: Final = ("entities", "changes", "evaluations")


async def test_a_renaming_touches_nothing_but_the_definition_that_keeps_the_name(
    storage: Storage, services: Services
) -> None:
    await fill(services)
    before, definitions = await rows(storage, *STORED), await rows(storage, "blueprints", "scorecards")
    for kind, names in RENAMES:
        await rename(services, kind, names)
    await services.settled()
    assert await rows(storage, *STORED) == before
    after = await rows(storage, "blueprints", "scorecards")
    for name, found in after.items():
        assert [one["document"] for one in found] == [one["document"] for one in definitions[name]]
    await assert_consistent(storage, services.registry.operators)


async def test_everything_goes_on_under_the_new_names(storage: Storage, services: Services) -> None:
    await fill(services)
    for kind, names in RENAMES:
        await rename(services, kind, names)
    naming = await services.naming.current()
    sent = entity("api-1", "component", likes=50)
    (written,) = await services.entities.upsert([sent], Mode.MERGE, naming)
    assert written.outcome is Outcome.UPDATED, written.issues
    await services.settled()
    found = await services.entities.get([("service", "api-1"), ("team", "team-1")])
    told = {key: told_entity(one, naming) for key, one in found.items()}
    assert told["service", "api-1"].derived == {"chat": "#1", "popularity": 74, "double": 106}
    assert told["service", "api-1"].relations == {"squad": "team-1"}
    assert told["team", "team-1"].derived == {"fame": 74}
    stored = await storage.definitions.blueprint.get("service")
    assert stored is not None
    document: Any = to_document(told_blueprint(stored, naming))
    assert document["mirrorProperties"] == {
        "chat": {"path": "squad.room"},
        "popularity": {"path": "squad.fame"},
    }
    assert document["calculationProperties"]["double"]["calculation"] == (
        ".properties.likes * 2 + (.relations.squad | length)"
    )
    again = await services.blueprints.upsert(document)
    assert again.outcome is Outcome.UNCHANGED, again.issues
    await assert_consistent(storage, services.registry.operators)


async def test_the_old_name_in_a_document_needs_force_and_gets_nothing_of_the_old_values(
    services: Services,
) -> None:
    await services.blueprints.upsert(blueprint())
    await services.entities.upsert([entity("api", stars=5)], Mode.REPLACE)
    await rename(services, "property", ("service", "stars", "likes"))
    refused = await services.blueprints.upsert(blueprint())
    assert refused.outcome is Outcome.INVALID
    told = {issue.code: issue for issue in refused.issues}
    assert told["WAS_RENAMED"].path == "schema.properties.stars"
    assert told["REMOVES_VALUES"].message.startswith("`likes` is removed")
    forced = await services.blueprints.upsert(blueprint(), force=True)
    assert forced.outcome is Outcome.UPDATED
    naming = await services.naming.current()
    held = (await services.entities.get([("service", "api")]))["service", "api"]
    assert "stars" not in told_entity(held, naming).properties
    await services.entities.upsert([entity("api", stars=7)], Mode.MERGE, naming)
    held = (await services.entities.get([("service", "api")]))["service", "api"]
    assert told_entity(held, naming).properties == {"likes": 5, "stars": 7}


async def test_of_two_who_rename_the_same_thing_one_wins_and_others_are_not_disturbed(
    storage: Storage, services: Services, registry: Registry
) -> None:
    await services.blueprints.upsert(blueprint())
    other = Services(storage, registry)
    names = ("language", "stars", "archived", "tags")
    answers = await asyncio.gather(
        *(services.renaming.property("service", name, f"{name}-1") for name in names),
        *(other.renaming.property("service", name, f"{name}-2") for name in names),
    )
    done = [one.outcome for one in answers]
    assert done.count(Outcome.UPDATED) == len(names), done
    assert done.count(Outcome.INVALID) == len(names), done
    stored = await storage.definitions.blueprint.get("service")
    assert stored is not None
    assert len(stored.names.things.given) == len(names)


async def test_a_name_that_makes_a_path_mean_something_else_is_refused(services: Services) -> None:
    await fill(services)
    await services.blueprints.upsert({"identifier": "person", "title": "Person"})
    relations = {"team": {"target": "team"}, "lead": {"target": "person"}}
    mirrors = {"room": {"path": "team.slack"}, "who": {"path": "lead.$title"}}
    await services.blueprints.upsert(
        {"identifier": "app", "title": "App", "relations": relations, "mirrorProperties": mirrors}
    )
    await rename(services, "property", ("team", "slack", "room.$title"))
    written = await services.renaming.relation("app", "lead", "team.room")
    assert [(issue.path, issue.code) for issue in written.issues] == [("to", "AMBIGUOUS")]


async def test_of_two_who_want_the_same_name_one_gets_it(storage: Storage, registry: Registry) -> None:
    one, other = Services(storage, registry), Services(storage, registry)
    for name in ("a", "b"):
        await one.blueprints.upsert(blueprint(name))
    answers = await asyncio.gather(
        one.renaming.blueprint("a", "c"),
        other.renaming.blueprint("b", "c"),
        one.blueprints.upsert(blueprint("c")),
    )
    stored = await storage.definitions.blueprints()
    called = sorted(one.name for one in stored)
    assert called.count("c") == 1, called
    assert sum(one.outcome in (Outcome.UPDATED, Outcome.CREATED) for one in answers) >= 1


async def test_when_a_renaming_is_answered_every_process_knows_it(
    storage: Storage, registry: Registry
) -> None:
    one, other = Services(storage, registry), Services(storage, registry)
    await one.blueprints.upsert(blueprint())
    names = ["stars", "likes"]
    for _ in range(4):
        await other.naming.current()  # which it now takes for the present one, for a moment
        await rename(one, "property", ("service", *names))
        for services in (one, other):
            naming = await services.naming.current()
            assert naming.properties_of("service").name("stars") == names[1]
        names.reverse()


READ: Final = """
query($id: ID!, $after: String) {
    node(id: $id) {... on Entity {
        properties relations blueprint {identifier schema relations}
        scores {level {title} scorecard {levels {title} rules {identifier query}}
                ruleResults {rule {identifier level {title} query} explanation {property expected}}}
    }}
    ruleResults(filter: {scorecard: "quality"}, first: 3) {
        edges {node {rule {identifier level {title}} entity {properties blueprint {identifier}}}}
    }
    levelChanges(first: 5, after: $after) {edges {node {blueprintIdentifier fromLevel toLevel}}}
    blueprints {edges {node {identifier}}}
}"""

PAIRS: Final = (("stars", "likes"), ("owner", "squad"), ("service", "component"), ("liked", "popular"),
                ("Bronze", "Copper"))  # fmt: skip


def seen(answer: Any) -> set[str]:
    """Every name of a pair that stands anywhere in an answer, as a key, a value or in a text."""
    names = {name for pair in PAIRS for name in pair}
    if isinstance(answer, dict):
        return {key for key in answer if key in names}.union(*map(seen, answer.values()))
    if isinstance(answer, list):
        return set().union(*map(seen, answer))
    return {answer} if isinstance(answer, str) and answer in names else set()


async def test_readers_never_see_a_half(storage: Storage, registry: Registry) -> None:
    writing, reading = Services(storage, registry), Services(storage, registry)
    async with writing:
        await fill(writing)
    schema, count, stop = build_schema(), 0, asyncio.Event()
    first = await schema.execute(
        '{entity(blueprint: "service", identifier: "api-7") {id}}', context_value=Context(reading)
    )
    assert first.data is not None
    node = first.data["entity"]["id"]
    answers: list[frozenset[str]] = []

    async def read() -> None:
        while not stop.is_set():
            answer = await schema.execute(READ, variable_values={"id": node}, context_value=Context(reading))
            assert not answer.errors, answer.errors
            answers.append(frozenset(seen(answer.data)))

    readers = [asyncio.create_task(read()) for _ in range(3)]
    for _ in range(6):
        for pair in PAIRS:
            old, new = pair if count < len(PAIRS) else pair[::-1]
            kind = {"stars": "property", "owner": "relation", "liked": "rule", "Bronze": "level"}.get(pair[0])
            called = (await writing.naming.current()).blueprints.name("service")
            owner = ("quality",) if kind in ("rule", "level") else (called,)
            owned = owner if kind else ()
            await rename(writing, kind or "blueprint", (*owned, old, new))
            await asyncio.sleep(0.01)
        count = 0 if count else len(PAIRS)
    stop.set()
    await asyncio.gather(*readers)
    assert len(set(answers)) > len(PAIRS), "the readers saw too little"
    for answer in set(answers):
        for old, new in PAIRS:
            assert (old in answer) != (new in answer), (old, new, sorted(answer))


RENAME: Final = """
mutation($to: String!, $from: String!) {
    renameProperty(input: {blueprint: "service", identifier: $from, to: $to}) {outcome}
}"""
LOOK: Final = """
{blueprint(identifier: "service") {schema} scorecard(identifier: "quality") {rules {query}}
 entity(blueprint: "service", identifier: "api") {properties version}}"""


async def test_a_server_killed_while_it_renames_leaves_the_old_name_or_the_new(
    storage: Storage, registry: Registry, mongo_url: str, database: str, tmp_path: Any
) -> None:
    async with Services(storage, registry) as services:
        await services.blueprints.upsert(blueprint())
        await services.scorecards.upsert(
            scorecard("quality", rule("liked", "Bronze", condition("stars", ">", 5)))
        )
        await services.entities.upsert([entity("api", stars=9)], Mode.REPLACE)
        await services.settled()
    arguments = ("--mongodb-url", mongo_url, "--database", database)
    for crash in range(2):
        with ServerProcess(tmp_path / f"server-{crash}.log", *arguments) as server:
            hammer = threading.Thread(target=_rename_on_and_on, args=(server.url,))
            hammer.start()
            time.sleep(0.3 + crash / 10)  # noqa: ASYNC251 - nothing else runs in this loop
            server.kill()
            hammer.join()
        with ServerProcess(tmp_path / f"again-{crash}.log", *arguments) as server:
            found = server.query(LOOK)
            called = [name for name in ("stars", "likes") if name in found["entity"]["properties"]]
            assert len(called) == 1
            assert called[0] in found["blueprint"]["schema"]["properties"]
            condition_now = found["scorecard"]["rules"][0]["query"]["conditions"][0]
            assert condition_now["property"] == called[0]
            assert found["entity"] == {"properties": {called[0]: 9}, "version": 1}
    await assert_consistent(storage, registry.operators)


def _rename_on_and_on(url: str) -> None:
    names = ["stars", "likes"]
    with suppress(httpx.HTTPError):
        for _ in range(10_000):
            body = {"query": RENAME, "variables": {"from": names[0], "to": names[1]}}
            httpx.post(url, json=body, timeout=5)
            names.reverse()


async def test_notifiers_are_told_the_present_names(storage: Storage, registry: Registry) -> None:
    recorder = Recorder()
    async with Services(storage, recorder.registry(registry), [Target("recorder")]) as services:
        await services.blueprints.upsert(blueprint())
        await services.scorecards.upsert(
            scorecard("quality", rule("liked", "Bronze", condition("stars", ">", 5)))
        )
        await services.renaming.level("quality", "Bronze", "Copper")
        await services.renaming.blueprint("service", "component")
        naming = await services.naming.current()
        await services.entities.upsert([entity("api", "component", stars=9)], Mode.REPLACE, naming)
        await eventually(recorder.count, lambda count: count == 1)
    ((told, _),) = recorder.told
    assert (told.blueprint, told.before, told.after) == ("component", None, "Copper")
