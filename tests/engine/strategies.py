"""Strategies: random entities, queries and scorecards that have enough to do with each other."""

from collections.abc import Iterable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from msgspec import UNSET

from levelmark.domain.entity import Entity
from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Missing, Operator
from levelmark.domain.query import MAX_DEPTH, Condition, Query, QueryPart
from levelmark.domain.scorecard import Level, Rule, Scorecard
from levelmark.operators.windows import DAY_PRESETS, FUTURE_PRESETS, PAST_PRESETS
from levelmark.testing import json_values

from .builders import BUILTIN, plugged

# A busy machine is no failure, so nothing is timed.
FEW = settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # explaining takes minutes
)
SOME = settings(FEW, max_examples=60)
MANY = settings(FEW, max_examples=150)


HOUR = 3_600_000_000


def refuse(actual: Json) -> bool:
    raise ValueError(f"{type(actual).__name__} is not to my taste")


def leave(_: Json) -> bool:
    raise SystemExit(3)


def hour_is_odd(_: Json, now: int) -> tuple[bool, int]:
    return now // HOUR % 2 == 1, (now // HOUR + 1) * HOUR


def refuse_in_time(_: Json, now: int) -> tuple[bool, int]:
    raise ValueError(f"{type(now).__name__} is not my time")


PLUGGED = (
    plugged("raises", refuse),
    plugged("raises!", refuse, types=[JsonType.STRING, JsonType.ARRAY], missing=Missing.TRUE),
    plugged("leaves", leave, types=[JsonType.NUMBER], missing=Missing.FALSE),
    plugged("answersNone", lambda _: None, types=[JsonType.BOOLEAN, JsonType.STRING]),
    plugged("answersText", lambda _: "false", missing=Missing.FALSE),
    plugged("answersNaN", lambda _: float("nan"), types=[JsonType.NUMBER]),
    plugged("isText", lambda actual: isinstance(actual, str)),
    plugged("isNoText", lambda actual: not isinstance(actual, str), missing=Missing.TRUE),
    plugged("isHourOdd", timed=hour_is_odd),
    plugged(
        "isHourOddOf", timed=hour_is_odd, types=[JsonType.STRING], missing=Missing.TRUE, reads_instants=True
    ),
    plugged("raisesInTime", timed=refuse_in_time, types=[JsonType.NUMBER, JsonType.ARRAY]),
    plugged("answersNoPair", timed=lambda *_: True, types=[JsonType.BOOLEAN]),
    plugged("isInstant", lambda actual: isinstance(actual, int), types=[JsonType.STRING], instants=True),
)
"""Operators of a plugin: failing ones, and ones that behave."""

OPERATORS = BUILTIN | {operator.name: operator for operator in PLUGGED}

VALUES: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from([None, True, False, 0, 1, 1.0, 1.5, "", "a", "ab", "1", [], ["a"], [1], {}, {"a": 1}]),
    st.sampled_from(["2026-01-01", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"]),
    json_values(),
)
"""Any JSON, and often the same."""

PROPERTIES = st.sampled_from(
    ["x", "a.b", "due", "seen", "owner", "$team", "$title", "$createdAt", "count", "mirrored"]
)
_ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns"])
_PRESETS = st.builds(
    lambda preset, zone: {"preset": preset, "timeZone": zone},
    st.sampled_from([*DAY_PRESETS, *PAST_PRESETS, *FUTURE_PRESETS]),
    _ZONES,
)
_WINDOWS = st.one_of(_PRESETS, st.just({"from": "2025-12-31", "to": "2026-01-01T00:00:00Z"}))
_DURATIONS = st.sampled_from(["P1D", "PT1H", "P1M", "P0D", "P1Y2M", "P9999Y"])
TIMED_VALUES = {
    "between": _WINDOWS,
    "notBetween": _WINDOWS,
    "olderThan": _DURATIONS,
    "newerThan": _DURATIONS,
    "isHourOdd": st.just(None),
    "isHourOddOf": st.just(None),
}
"""Operators whose verdicts change with the time, and values that they take."""

_TEXTS = st.sampled_from(["", "a", "ab", "2026-01-01"])
_NAMES = st.one_of(st.none(), _TEXTS)


def entities() -> st.SearchStrategy[Entity]:
    return st.builds(
        Entity,
        blueprint=st.just("service"),
        identifier=_TEXTS,
        title=_NAMES,
        team=st.one_of(_NAMES, st.lists(_TEXTS, max_size=3).map(tuple)),
        properties=st.dictionaries(st.sampled_from(["x", "a.b", "due", "seen", "owner"]), VALUES),
        derived=st.dictionaries(
            st.sampled_from(["count", "mirrored"]), VALUES.filter(lambda one: one is not None)
        ),
        reasons=st.dictionaries(st.sampled_from(["count", "mirrored"]), _TEXTS),
        relations=st.dictionaries(
            st.sampled_from(["owner", "uses", "due"]), st.one_of(_NAMES, st.lists(_TEXTS, max_size=2))
        ),
        created_at=st.sampled_from([None, "2026-01-01T00:00:00.000Z"]),
    )


def conditions(operators: Iterable[str] = OPERATORS) -> st.SearchStrategy[Condition]:
    names = sorted(operators)
    values = st.one_of(VALUES, PROPERTIES.map(lambda name: {"property": name}))
    timed = sorted({*TIMED_VALUES} & {*operators})
    of_property = st.builds(
        Condition,
        operator=st.sampled_from(names),
        property=PROPERTIES,
        value=st.one_of(values, st.just(UNSET)),
        negated=st.sampled_from([UNSET, True, False]),
    )
    of_relation = st.builds(
        Condition,
        operator=st.sampled_from(names),
        relation=st.sampled_from(["owner", "uses", "due"]),
        value=values,
    )
    if timed:
        return st.one_of(of_property, of_relation, st.sampled_from(timed).flatmap(_timed))
    return st.one_of(of_property, of_property, of_relation)


def _timed(operator: str) -> st.SearchStrategy[Condition]:
    return st.builds(
        Condition,
        operator=st.just(operator),
        property=st.sampled_from(["due", "seen", "$createdAt", "x"]),
        value=TIMED_VALUES[operator],
    )


@st.composite
def queries(draw: st.DrawFn, operators: Iterable[str] = OPERATORS, depth: int = MAX_DEPTH) -> Query:
    """Queries nested up to `depth`: at every level one query inside, sometimes a flat one beside it."""
    parts: list[QueryPart] = draw(st.lists(conditions(operators), min_size=1, max_size=3))
    if depth > 1 and draw(st.integers(0, 3)):
        parts.append(draw(queries(operators, depth - 1)))
    if depth > 1 and not draw(st.integers(0, 3)):
        parts.append(draw(queries(operators, 1)))
    shuffled = draw(st.permutations(parts))
    return Query(draw(st.sampled_from(("and", "or"))), tuple(shuffled))


@st.composite
def scorecards(draw: st.DrawFn, operators: Iterable[str] = OPERATORS, depth: int = 3) -> Scorecard:
    """Scorecards of one identifier, with rules on any level but the base level, and at times a filter."""
    levels = draw(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=5, unique=True))
    identifiers = draw(st.lists(st.sampled_from("pqrst"), max_size=5 if levels[1:] else 0, unique=True))
    rules = tuple(
        Rule(name, name, draw(st.sampled_from(levels[1:])), draw(queries(operators, depth)))
        for name in identifiers
    )
    selected_by = draw(st.one_of(st.none(), st.none(), queries(operators, 2)))
    titled = tuple(Level(title, "blue") for title in levels)
    return Scorecard("quality", "Quality", "service", titled, rules, selected_by)


def operator_values(operator: Operator) -> st.SearchStrategy[Json]:
    """Values of the types that the operator takes."""
    return json_values(operator.types)
