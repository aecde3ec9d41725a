"""Strategies for hypothesis: JSON values as the server lets them in."""

from collections.abc import Iterable
from typing import Final

from hypothesis import strategies as st

from levelmark.domain.json import MAX_INTEGER, Json, JsonType

_CHARACTERS: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS: Final = st.one_of(
    st.text(_CHARACTERS, max_size=8),
    st.sampled_from(
        ["", " ", "0", "1", "1.0", "true", "null", "$where", "a.b", "2026-01-31", "2026-01-31T23:59:59+02:00"]
    ),
)
_NUMBERS: Final = st.one_of(
    st.integers(-3, 3),
    st.integers(-MAX_INTEGER, MAX_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
)


_ANYTHING: Final[st.SearchStrategy[Json]] = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=6,
)
_OF_TYPE: Final[dict[JsonType, st.SearchStrategy[Json]]] = {
    JsonType.STRING: _TEXTS,
    JsonType.NUMBER: _NUMBERS,
    JsonType.BOOLEAN: st.booleans(),
    JsonType.ARRAY: st.lists(_ANYTHING, max_size=4),
    JsonType.OBJECT: st.dictionaries(_TEXTS, _ANYTHING, max_size=4),
}


def json_values(types: Iterable[JsonType] | None = None) -> st.SearchStrategy[Json]:
    """Values of the given types, whatever is inside them; without types, any JSON, `null` included."""
    if types is None:
        return _ANYTHING
    return st.one_of(*(_OF_TYPE[one] for one in sorted(set(types))))
