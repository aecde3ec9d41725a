"""Neighbours are found by links and identifiers, however many are asked for."""

import pytest

from levelmark.services import Services
from levelmark.services.writing import Mode
from levelmark.storage.neighbours import Reach
from levelmark.storage.rows import link
from tests.support.catalogue import INCIDENT, SERVICE
from tests.support.documents import entity


def incident(number: int) -> dict[str, object]:
    return {**entity(f"i{number}", "incident"), "relations": {"hits": f"s{number % 3}"}}


@pytest.mark.parametrize("most", [1, 2, 100])
async def test_what_is_too_much_for_one_query_is_found_by_several(
    services: Services, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    for blueprint in (SERVICE, INCIDENT):
        await services.blueprints.upsert(blueprint)
    await services.entities.upsert([incident(number) for number in range(9)], Mode.REPLACE)
    monkeypatch.setattr("levelmark.storage.neighbours.MOST", most)
    neighbours = services.storage.neighbours
    found = await neighbours.pointing("incident", "hits", ["s0", "s1", "none"], ["$title"])
    assert {target: [one.identifier for one in some] for target, some in found.items()} == {
        "s0": ["i0", "i3", "i6"],
        "s1": ["i1", "i4", "i7"],
        "none": [],
    }
    assert sorted(await neighbours.named("incident", ["i1", "i2", "i99"], [])) == ["i1", "i2"]
    reach = Reach({"i8", "i99"}, {link("hits", "s0"), link("hits", "s1")})
    names = sorted(await neighbours.identifiers("incident", reach))
    assert names == ["i0", "i1", "i3", "i4", "i6", "i7", "i8"]
    assert await neighbours.narrowed("incident", reach, ["i1", "i2"]) == {"i1"}


def test_the_parts_of_a_reach_reach_the_same() -> None:
    reach = Reach({f"i{number}" for number in range(5)}, {f"l{number}" for number in range(4)})
    assert [*reach.parts(9)] == [reach]
    parts = [*reach.parts(2)]
    assert all(len(part.identifiers) + len(part.links) <= 2 for part in parts)
    again = Reach()
    for part in parts:
        again.add(part)
    assert again == reach
    assert [*Reach().parts(1)] == [Reach()]


async def test_however_many_targets_are_asked_for_those_that_exist_are_found(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.blueprints.upsert(INCIDENT)
    await services.entities.upsert([incident(number) for number in range(5)], Mode.REPLACE)
    monkeypatch.setattr("levelmark.storage.relations.MOST", 2)
    asked = [("incident", f"i{number}") for number in range(7)] + [("service", "i1")]
    found = await services.storage.relations.existing(asked)
    assert found == {("incident", f"i{number}") for number in range(5)}
    assert await services.storage.relations.existing([]) == set()
