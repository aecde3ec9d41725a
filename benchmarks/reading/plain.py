"""The plain ways: what somebody without the API would do through the database's driver, to compare with."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pymongo.database import Database

from benchmarks.reading.questions import Facts

Rows: TypeAlias = Database[dict[str, Any]]
Way: TypeAlias = Callable[[Rows, Facts], object]


def _its_row(database: Rows, facts: Facts) -> object:
    return database["entities"].find_one({"blueprint": "service", "identifier": facts.entity})


def _fifty_rows(database: Rows, _: Facts) -> object:
    return database["entities"].find({"blueprint": "service"}).sort("identifier").limit(50).to_list()


def _all_entities(database: Rows, _: Facts) -> object:
    """The results of all entities, by team, tier and scorecard."""
    counts: Counter[Any] = Counter()
    fields = {"teams": 1, "properties.tier": 1, "scores.scorecard": 1, "scores.results.result": 1}
    for row in database["entities"].find({"blueprint": "service"}, fields):
        tier = row["properties"].get("tier")
        for score in row["scores"]:
            for result in score["results"]:
                for team in row["teams"] or [None]:
                    counts[team, tier, score["scorecard"], result["result"]] += 1
    return counts


def _replayed(database: Rows, facts: Facts) -> object:
    """The results that stood at an instant, by team, from all changes until then."""
    standing: dict[Any, str] = {}
    teams: dict[str, list[str]] = {}
    wanted = {"kind": "RULE_RESULT", "at": {"$lte": facts.half}}
    fields = {"entity": 1, "teams": 1, "scorecard": 1, "rule": 1, "after": 1}
    for row in database["changes"].find(wanted, fields).sort("_id"):
        place = row["entity"], row["scorecard"], row["rule"]
        teams[row["entity"]] = row["teams"]
        if row["after"] is None:
            del standing[place]
        else:
            standing[place] = row["after"]
    return Counter((team, result) for place, result in standing.items() for team in teams[place[0]])


def _changes_by_week(database: Rows, facts: Facts) -> object:
    """What became of results in the year, by week."""
    counts: Counter[Any] = Counter()
    wanted = {"kind": "RULE_RESULT", "at": {"$gte": facts.since}}
    for row in database["changes"].find(wanted, {"at": 1, "before": 1, "after": 1}):
        counts[(row["at"] - facts.since).days // 7, row["before"], row["after"]] += 1
    return counts


WAYS: Final[Mapping[str, Way]] = {
    "its row alone": _its_row,
    "50 rows alone": _fifty_rows,
    "all entities, counted": _all_entities,
    "all changes until then, replayed": _replayed,
    "all changes of the year, counted": _changes_by_week,
}
"""Each by its name."""
