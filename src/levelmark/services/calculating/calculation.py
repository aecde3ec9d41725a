"""A calculation: one jq program on one input, and what came of it."""

from msgspec import Struct

from levelmark.domain.json import Json


class Calculation(Struct, frozen=True):
    """One program on one input.

    >>> Calculation(".properties.lines / 1000", {"properties": {"lines": 1200}}).program
    '.properties.lines / 1000'
    """

    program: str
    input: Json


class Calculated(Struct, frozen=True):
    """What came of a calculation: a value, or no data and the reason why.

    `again` stands where the reason will pass: the seconds after which it is worth another try.
    """

    value: Json = None
    reason: str | None = None
    again: float | None = None
