"""The limits of calculations: what one program may use, and what follows where it wants more."""

from msgspec import Struct


class CalculationLimits(Struct, frozen=True):
    """What calculations may use.

    `seconds` is processor time, so a machine that is merely busy cuts nothing off; `memory` is in megabytes
    on top of what an idle worker needs; `output` in bytes of JSON, `program` in characters. A worker that is
    silent for `patience` seconds of wall time is replaced. A program that was cut off for `allowance` seconds
    within `window` seconds is not started for the next `pause` seconds.
    """

    seconds: float = 0.25
    memory: int = 256
    output: int = 100_000
    program: int = 20_000
    workers: int = 2
    patience: float = 10.0
    allowance: float = 2.0
    window: float = 60.0
    pause: float = 60.0
