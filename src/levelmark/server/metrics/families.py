"""The families: which metrics a server gives out, made of its figures, in names.

Every ratio has its numerator and its denominator beside it. The families of teams stand apart from those
without, since an entity of several teams counts for each of them.
"""

from collections.abc import Iterator
from typing import Final

from levelmark.domain.naming import Naming
from levelmark.domain.tally import Tally
from levelmark.server.metrics.family import Family, Labels, Numbers, Table, tabled
from levelmark.services.figures import Figures
from levelmark.storage.figures import Scored

NO_TEAM: Final = "(none)"
"""The team of entities that have none."""

_CARD: Final = ("blueprint", "scorecard")


def families(figures: Figures, naming: Naming, most: int) -> Iterator[Family]:
    """All families, each of `most` series at most."""
    tables = {group: table.within(most) for group, table in _tables(figures, naming).items()}
    entities = tables["entities"]
    yield _family("levelmark_entities", "Entities.", entities, 0)
    yield from _levels("levelmark_level", "Entities on the level.", tables["level"])
    yield from _levels("levelmark_team_level", "Entities of the team on the level.", tables["team_level"])
    yield from _results("levelmark_scorecard", "in the scorecard", tables["scorecard"])
    yield from _results("levelmark_rule", "of the rule", tables["rule"])
    yield from _results("levelmark_team", "of the team's entities in the scorecard", tables["team"])
    yield _one("levelmark_log_changes", "Changes of levels and rule results in the log.", figures.changes)
    yield _one("levelmark_evaluations_open", "Background evaluations that wait or run.", figures.evaluations)
    told = [
        ((group, label), float(dict(table.folded).get(label, 0)))
        for group, table in tables.items()
        for label in table.labels
    ]
    meaning = "Values of a label that are folded into `(others)`, since there would be too many series."
    yield Family("levelmark_metrics_folded", meaning, ("group", "label"), tuple(told))


def _tables(figures: Figures, naming: Naming) -> dict[str, Table]:
    scored = [(_card(one.blueprint, one.scorecard, naming), one) for one in figures.scored]
    by_team = [(_card(one.blueprint, one.scorecard, naming), one) for one in figures.scored_by_team]
    blueprints = [((naming.blueprints.name(key),), (count,)) for key, count in figures.entities.items()]
    rules = [
        ((*_card(one.blueprint, one.scorecard, naming), naming.rules_of(one.scorecard).name(one.rule)),
         _numbers(one.results))
        for one in figures.ruled
    ]  # fmt: skip
    return {
        "entities": tabled(("blueprint",), blueprints),
        "level": tabled(
            (*_CARD, "level"), [((*card, _level(one, naming)), (one.entities,)) for card, one in scored]
        ),
        "team_level": tabled(
            (*_CARD, "level", "team"),
            [((*card, _level(one, naming), _team(one)), (one.entities,)) for card, one in by_team],
        ),
        "scorecard": tabled(_CARD, [(card, _numbers(one.results)) for card, one in scored]),
        "rule": tabled((*_CARD, "rule"), rules),
        "team": tabled(
            (*_CARD, "team"), [((*card, _team(one)), _numbers(one.results)) for card, one in by_team]
        ),
    }


def _card(blueprint: str, scorecard: str, naming: Naming) -> Labels:
    return naming.blueprints.name(blueprint), scorecard


def _level(one: Scored, naming: Naming) -> str:
    return naming.levels_of(one.scorecard).name(one.level)


def _team(one: Scored) -> str:
    return NO_TEAM if one.team is None else one.team


def _numbers(results: Tally) -> Numbers:
    return results.passed, results.no_data, results.errors, results.tested


def _levels(name: str, meaning: str, table: Table) -> Iterator[Family]:
    yield _family(f"{name}_entities", meaning, table, 0)


def _results(name: str, whose: str, table: Table) -> Iterator[Family]:
    yield _family(f"{name}_results_passed", f"Rule results {whose} that passed: the numerator.", table, 0)
    yield _family(f"{name}_results_tested", f"Rule results {whose}: the denominator.", table, -1)
    yield _family(f"{name}_results_no_data", f"Rule results {whose} that lack data.", table, 1)
    yield _family(f"{name}_results_errors", f"Rule results {whose} that are errors.", table, 2)
    ratios = tuple((key, numbers[0] / numbers[-1]) for key, numbers in table.rows.items() if numbers[-1])
    meaning = f"Which part of the rule results {whose} passed, from 0 to 1; none where nothing was tested."
    yield Family(f"{name}_pass_ratio", meaning, table.labels, ratios)


def _family(name: str, meaning: str, table: Table, place: int) -> Family:
    samples = tuple((key, float(numbers[place])) for key, numbers in table.rows.items())
    return Family(name, meaning, table.labels, samples)


def _one(name: str, meaning: str, value: int) -> Family:
    return Family(name, meaning, (), (((), float(value)),))
