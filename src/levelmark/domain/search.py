"""A search: the words and phrases that somebody typed, all of which must be found.

A word is found where a word of the identifier or the title begins with it, or where a text has it as a whole
word. A phrase stands in double quotes, and is found where its words stand side by side.
"""

from typing import Final, Self

from msgspec import Struct

from levelmark.domain.errors import InvalidInputError, LimitExceededError
from levelmark.domain.words import words

MAX_LENGTH: Final = 1_000
"""Characters of a search, at most."""

MAX_TERMS: Final = 32
"""Words and phrases of a search, at most."""


class Term(Struct, frozen=True):
    """Words that must stand side by side; `whole` says that the last one must not go on."""

    words: tuple[str, ...]
    whole: bool = False

    def found_in(self, found: list[str], *, name: bool = False) -> bool:
        """Whether these words of a text hold the term; in a name, a word may go on behind it."""
        spaced = f" {' '.join(found)} "
        needle = " ".join(self.words)
        return f" {needle} " in spaced or (name and not self.whole and f" {needle}" in spaced)


class Search(Struct, frozen=True):
    """A search of one or more terms; `text` is what was typed, without quotes and outer spaces.

    `anchor` is the word by which entities are looked up, where it is known which is rare; else the longest.
    """

    text: str
    terms: tuple[Term, ...]
    anchor: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """The search that a text means.

        Raises InvalidInputError where it has no word, LimitExceededError where it is too long.

        >>> Search.of('pay "Order API"').terms
        (Term(words=('pay',), whole=False), Term(words=('order', 'api'), whole=True))
        """
        if len(text) > MAX_LENGTH:
            raise LimitExceededError(
                f"a search has {MAX_LENGTH:,} characters at most, not {len(text):,}; leave words out"
            )
        terms = _terms(text)
        if not terms:
            raise InvalidInputError("a search needs a word: send at least one letter or digit")
        if len(terms) > MAX_TERMS:
            raise LimitExceededError(
                f"a search has {MAX_TERMS} words at most, not {len(terms)}; leave some out"
            )
        return cls(text.replace('"', "").strip(), terms)

    @property
    def words(self) -> list[str]:
        """Its words, each once, the longest first: these are likely to be the rarest."""
        return sorted(
            {word for term in self.terms for word in term.words}, key=lambda word: (-len(word), word)
        )


def _terms(text: str) -> tuple[Term, ...]:
    found: dict[Term, None] = {}
    pieces = text.split('"')
    for place, piece in enumerate(pieces):
        split = tuple(words(piece))
        quoted = place % 2 == 1 and place < len(pieces) - 1  # the last quote may have no partner
        if quoted and split:
            found[Term(split, whole=True)] = None
        elif not quoted:
            found.update((Term((word,)), None) for word in split)
    return tuple(found)
