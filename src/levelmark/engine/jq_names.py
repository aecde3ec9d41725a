"""jq names: placeholder until the real one is merged."""

import re
from collections.abc import Collection


def names_read(program: str, names: Collection[str]) -> frozenset[str]:
    """Names that the program refers to."""
    return frozenset(
        n for n in names if re.search(rf'\.properties\.{re.escape(n)}\b|"{re.escape(n)}"', program)
    )


def uses_now(program: str) -> bool:
    """Whether the program asks for the time."""
    return re.search(r"\bnow\b", program) is not None
