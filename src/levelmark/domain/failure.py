"""A failure of somebody else's code, told in one line that can be stored and sent."""

from typing import Final

LONGEST: Final = 300
"""Characters of a failure's text that are kept."""


def failure_text(error: BaseException) -> str:
    r"""The type and text of what was raised: never raises itself, is Unicode, and has a bounded length.

    >>> failure_text(KeyError("team")), failure_text(ValueError("half of a pair: \ud83d"))
    ("KeyError: 'team'", 'ValueError: half of a pair: \\ud83d')
    """
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException:  # noqa: BLE001 - even an exception's own text may raise
        text = type(error).__name__
    return storable(" ".join(text.split())[:LONGEST])


def storable(text: str) -> str:
    """The text without what no database or client could take: halves of surrogate pairs and NULs."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
