"""Affixes: `beginsWith`, `endsWith` and their negations, over strings and numbers' decimal texts."""

from collections.abc import Callable
from typing import Final

from levelmark.domain.json import Json, JsonType
from levelmark.domain.operator import Example, Missing, Operator, Test
from levelmark.operators.containment import text, text_source

_TYPES: Final = frozenset({JsonType.STRING, JsonType.NUMBER})
_SCHEMA: Final = {"type": ["string", "number"]}


def _positive(compare: Callable[[str, str], bool]) -> Callable[[Json], Test]:
    def prepare(value: Json) -> Test:
        affix = text(value)

        def test(actual: Json) -> bool:
            whole = text(actual)
            return affix is not None and whole is not None and compare(whole, affix)

        return test

    return prepare


def _negative(compare: Callable[[str, str], bool]) -> Callable[[Json], Test]:
    def prepare(value: Json) -> Test:
        positive = _positive(compare)(value)
        return lambda actual: not positive(actual)

    return prepare


def _source(test: str) -> Callable[[Json], str | None]:
    return lambda value: text_source(test) if isinstance(value, str) else None


def _pair(
    verb: str, words: str, compare: Callable[[str, str], bool], example: Example
) -> tuple[Operator, Operator]:
    negated = f"doesNot{verb[0].upper()}{verb[1:]}"
    test = f"text.{compare.__name__}(value)"
    return (
        Operator(
            name=verb,
            description=f"The text {words} with the rule's, case-sensitive; a number by its decimal text.",
            types=_TYPES,
            value_schema=_SCHEMA,
            prepare=_positive(compare),
            trusted=True,
            source=_source(test),
            examples=(example, Example("Levelmark", "none of it", verdict=False)),
        ),
        Operator(
            name=negated,
            description=f"The opposite of `{verb}`; true where there is no value.",
            types=_TYPES,
            value_schema=_SCHEMA,
            prepare=_negative(compare),
            missing=Missing.TRUE,
            trusted=True,
            source=_source(f"not {test}"),
            examples=(
                Example(example.actual, example.value, verdict=False),
                Example("Levelmark", "none of it", verdict=True),
            ),
        ),
    )


AFFIXES: Final = (
    *_pair("beginsWith", "begins", str.startswith, Example(2026, 20, verdict=True)),
    *_pair("endsWith", "ends", str.endswith, Example("main.py", ".py", verdict=True)),
)
