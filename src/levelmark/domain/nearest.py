"""The nearest name: which of the known names somebody probably meant.

Whoever sends a hundred thousand unknown names waits for as many answers, so the names are looked up by the
pairs of characters that they share, and only the few that share most are compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

_CUTOFF: Final = 0.6
_COMPARED: Final = 5
_LONGEST: Final = 100


def nearest(name: object, names: Iterable[str]) -> str | None:
    """The known name that was probably meant, if one is near enough.

    >>> nearest("langage", ["stars", "language"]), nearest("isnotempty", ["isNotEmpty"]), nearest("x", ["y"])
    ('language', 'isNotEmpty', None)
    """
    wanted = str(name)[:_LONGEST].lower()
    shared = _sharing(wanted, tuple(names))
    near = [(_likeness(wanted, one.lower()), one) for one, _ in shared.most_common(_COMPARED)]
    likeness, best = max(near, key=lambda pair: pair[0], default=(0.0, ""))
    return best if likeness >= _CUTOFF else None


def _sharing(wanted: str, names: tuple[str, ...]) -> Counter[str]:
    known = _by_pair(names)
    return Counter(one for pair in _pairs(wanted) for one in known.get(pair, ()))


@lru_cache(maxsize=16)
def _by_pair(names: tuple[str, ...]) -> Mapping[str, list[str]]:
    known: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        for pair in _pairs(name[:_LONGEST].lower()):
            known.setdefault(pair, []).append(name)
    return known


def _pairs(text: str) -> Iterable[str]:
    edged = f"\n{text}\n"  # the ends count, and a name of one character has pairs too
    # In the text's order, not a set's: which of those that share equally many are compared hangs on it.
    return dict.fromkeys(edged[place : place + 2] for place in range(len(edged) - 1))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other[:_LONGEST], autojunk=False).ratio()
