"""A sieve: a filter made ready, as far as possible for MongoDB, and for the rest for the engine."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from levelmark.domain.blueprint import Blueprint
from levelmark.domain.entity import Entity
from levelmark.domain.errors import InvalidInputError
from levelmark.domain.instant import instant_text
from levelmark.domain.issue import Issue, has_errors
from levelmark.domain.json import Json
from levelmark.domain.naming import UNNAMED, Naming
from levelmark.engine.evaluate import compile_filter
from levelmark.engine.explain import Probes
from levelmark.engine.present import Present
from levelmark.services.catalogue import Catalogue
from levelmark.services.clock import Clock, now_text
from levelmark.services.keying import read_keyed_query
from levelmark.storage import Storage
from levelmark.storage.exactness import exactly
from levelmark.storage.pages import Selection
from levelmark.storage.prefilter import prefilter


class Sieve(Struct, frozen=True):
    """What the database selects, and the `test` that decides on that; None where nothing is left to."""

    selection: Selection
    test: Callable[[Entity], bool] | None = None

    def passes(self, entity: Entity) -> bool:
        """Whether a selected entity is one that the filter means."""
        return self.test is None or self.test(entity)


class Sieves:
    """Makes sieves for the present instant."""

    def __init__(self, storage: Storage, catalogue: Catalogue, clock: Clock) -> None:
        self._search = storage.search
        self._history = storage.history
        self._operators = catalogue.operators
        self._clock = clock

    async def of(
        self, blueprint: Blueprint, selection: Selection, query: Json, naming: Naming = UNNAMED
    ) -> Sieve:
        """The sieve of a selection and a query's document, None for all.

        The query is in names, everything else in keys.

        Raises InvalidInputError where the query is not sound.
        """
        if selection.source.at is not None:
            await self._history.flush()
        if selection.search is not None:
            if selection.source.at is not None:
                raise InvalidInputError("words are searched in what stands now; leave `search` or `asOf` out")
            selection = replace(selection, search=await self._search.anchored(selection.search))
        return Sieve(selection) if query is None else self._queried(blueprint, selection, query, naming)

    def _queried(self, blueprint: Blueprint, selection: Selection, document: Json, naming: Naming) -> Sieve:
        path = ("filter", "query")
        checked = read_keyed_query(document, blueprint, self._operators, naming, path)
        if checked.value is None:
            raise InvalidInputError("; ".join(_told(one) for one in checked.issues if has_errors([one])))
        exact = exactly(checked.value, blueprint)
        if exact is not None:
            return Sieve(replace(selection, prefilter=exact))
        narrowed = replace(selection, prefilter=prefilter(checked.value, blueprint))
        probes = Probes(checked.value, blueprint, self._operators)
        at = selection.source.at
        now = now_text(self._clock) if at is None else instant_text(at)
        return Sieve(narrowed, compile_filter(probes, Present.at(now)))


def _told(issue: Issue) -> str:
    meant = f" (did you mean `{issue.suggestion}`?)" if issue.suggestion else ""
    return f"{issue.path}: {issue.message}{meant}"
