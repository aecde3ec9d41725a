"""Matching: where in an entity the words of a search stand, told as the database tells it."""

from collections.abc import Iterator

from levelmark.domain.entity import Entity
from levelmark.domain.search import Search, Term
from levelmark.domain.words import name_words, words
from levelmark.storage.searching import texts_in


def matches(search: Search, entity: Entity) -> bool:
    """Whether all words of the search stand in the entity.

    >>> matches(Search.of("pay api"), Entity("service", "payments-api"))
    True
    """
    return all(any(True for _ in _places(term, entity)) for term in search.terms)


def matched(search: Search, entity: Entity) -> tuple[str, ...]:
    """The properties of the entity in which words of the search stand, by their names in conditions."""
    places = dict.fromkeys(name for term in search.terms for name in _places(term, entity))
    return tuple(places)


def _places(term: Term, entity: Entity) -> Iterator[str]:
    for name, value in (("$identifier", entity.identifier), ("$title", entity.title or "")):
        if _in_name(term, value):
            yield name
    for name, value in entity.properties.items():
        if any(term.found_in(words(text)) for text in texts_in({name: value})):
            yield name


def _in_name(term: Term, name: str) -> bool:
    found = name_words(name)
    joined = ["".join(found[place:]) for place in range(len(found) - 1)]
    return term.found_in(found, name=True) or any(term.found_in([one], name=True) for one in joined)
