"""How long and from which seed the attacks run.

`LEVELMARK_TEST_SCALE=10` runs ten times the rounds, `LEVELMARK_TEST_SEED=7` other ones; both appear in the
message of a test that fails.
"""

import os
from random import Random
from typing import Final

SCALE: Final = float(os.environ.get("LEVELMARK_TEST_SCALE", "1"))
SEED: Final = int(os.environ.get("LEVELMARK_TEST_SEED", "1"))


def scaled(count: int) -> int:
    """So many rounds, at the scale of this run."""
    return max(1, round(count * SCALE))


def chance(name: str) -> Random:
    """The dice of one test: the same in every run of the same seed."""
    return Random(f"{SEED} {name}")
