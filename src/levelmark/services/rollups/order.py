"""The order of groups: that in which the database has them, for those that come together here."""

from collections.abc import Iterable
from typing import Any, Final

from levelmark.domain.json import Json
from levelmark.services.readers import ranked
from levelmark.storage.ranking import Figure, Ranking
from levelmark.storage.tallies import Tallied

BY_KEY: Final = Ranking()

_OF_TALLY: Final = {
    Figure.PASSED: "passed",
    Figure.NOT_PASSED: "not_passed",
    Figure.NO_DATA: "no_data",
    Figure.ERRORS: "errors",
    Figure.TESTED: "tested",
    Figure.PERCENTAGE: "percentage",
}


def in_order(groups: Iterable[Tallied], ranking: Ranking) -> list[tuple[tuple[Json, ...], Tallied]]:
    """The groups behind the ranking's place, as many as it wants, each behind its own place."""
    placed = [(place_of(one, ranking), one) for one in groups]
    if ranking.after is not None:
        after = _comparable(ranking.after)
        placed = [pair for pair in placed if _is_behind(_comparable(pair[0]), after, ranking)]
    placed.sort(key=lambda pair: _comparable(pair[0]), reverse=_turned(ranking))
    return placed[: ranking.limit]


def place_of(group: Tallied, ranking: Ranking) -> tuple[Json, ...]:
    """Where the group stands, with which the ranking goes on behind it."""
    if ranking.figure is None:
        return (0, 0, *group.key)
    of_tally = _OF_TALLY.get(ranking.figure)
    figure = group.entities if of_tally is None else getattr(group.tally, of_tally)
    if figure is None:
        return (1, 0, *group.key)
    return (0, -figure if ranking.descending else figure, *group.key)


def _is_behind(place: tuple[Any, ...], after: tuple[Any, ...], ranking: Ranking) -> bool:
    return place < after if _turned(ranking) else place > after


def _turned(ranking: Ranking) -> bool:
    return ranking.figure is None and ranking.descending


def _comparable(place: tuple[Json, ...]) -> tuple[Any, ...]:
    return tuple(map(ranked, place))
