"""Operators that compare semantic versions: `semver=`, `semver!=`, `semver<` and the like.

Both sides are read alike: a leading `v` is ignored, a missing minor or patch is 0, and build metadata does
not count. A string that is no version satisfies none of them, `semver!=` included: like a value of another
type, it cannot be compared.
"""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Final

from semver import Version

from levelmark.plugins import Example, Json, JsonType, Missing, Operator, Test, hookimpl

PATTERN: Final = (
    r"^v?(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){0,2}"
    r"(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)
"""What a version looks like, in a regular expression that JSON Schema and Python read alike."""

LONGEST: Final = 256
"""Characters of a version, at most: longer numbers would take time to compare."""

_VERSION: Final = re.compile(PATTERN)
_SCHEMA: Final = {"type": "string", "pattern": PATTERN, "maxLength": LONGEST}


def version(text: str) -> Version | None:
    """The version that the text names; None where it names none.

    >>> str(version("v1.2")), version("latest")
    ('1.2.0', None)
    """
    if len(text) > LONGEST or not _VERSION.fullmatch(text):
        return None
    return Version.parse(text.removeprefix("v"), optional_minor_and_patch=True)


def _prepared(compare: Callable[[Version, Version], bool]) -> Callable[[Json], Test]:
    def prepare(value: Json) -> Test:
        wanted = version(value) if isinstance(value, str) else None
        if wanted is None:
            raise ValueError(f"{value!r} is not a semantic version, such as 1.2.3")

        def test(actual: Json) -> bool:
            found = version(actual)
            return found is not None and compare(found, wanted)

        return test

    return prepare


def _operator(
    sign: str,
    words: str,
    compare: Callable[[Version, Version], bool],
    *examples: Example,
    missing: Missing = Missing.MISSING,
) -> Operator:
    return Operator(
        name=f"semver{sign}",
        description=f"The property's semantic version {words} the rule's; false of what is no version.",
        types=frozenset({JsonType.STRING}),
        value_schema=_SCHEMA,
        prepare=_prepared(compare),
        missing=missing,
        examples=(*examples, Example("latest", "1.2.3", verdict=False)),
    )


@hookimpl
def levelmark_operators() -> Iterable[Operator]:
    """The six comparisons, each by the precedence of Semantic Versioning 2.0."""
    yield _operator("=", "equals", operator.eq, Example("v1.2.0+build.7", "1.2", verdict=True))
    yield _operator(
        "!=", "differs from", operator.ne, Example("1.2.3", "1.2.4", verdict=True), missing=Missing.TRUE
    )
    yield _operator("<", "is lower than", operator.lt, Example("2.0.0-rc.1", "2.0.0", verdict=True))
    yield _operator("<=", "is lower than or equal to", operator.le, Example("1.9.0", "1.10.0", verdict=True))
    yield _operator(">", "is higher than", operator.gt, Example("1.10.0", "1.9.0", verdict=True))
    yield _operator(">=", "is higher than or equal to", operator.ge, Example("18", "v18.0.0", verdict=True))
