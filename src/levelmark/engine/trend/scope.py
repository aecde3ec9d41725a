"""The scope of a trend: which entities count, which of their results, and how they are put together."""

from collections.abc import Callable
from itertools import product

from msgspec import Struct

from levelmark.engine.trend.tags import Group, Tag, TagKind, TagValue


class Scope(Struct, frozen=True):
    """Entities of a blueprint, with their results in one scorecard or all, of one rule of it or all.

    They are put together by the values of the tags in `by`, and have one of the `where` values of each tag.
    """

    blueprint: str
    scorecard: str | None = None
    rule: str | None = None
    by: tuple[Tag, ...] = ()
    where: tuple[tuple[Tag, frozenset[TagValue]], ...] = ()

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag that decides where an entity counts."""
        return (*self.by, *(tag for tag, _ in self.where))

    @property
    def teams(self) -> tuple[str, ...] | None:
        """Teams of which every entity that counts is in one; None where it need not be in any of some."""
        for tag, values in self.where:
            if tag.kind is TagKind.TEAM:
                names = [value for _, value in values if isinstance(value, str)]
                return tuple(names) if len(names) == len(values) else None
        return None

    @property
    def levelled(self) -> tuple[str, ...]:
        """Scorecards whose levels decide where an entity counts."""
        return tuple({tag.name for tag in self.tags if tag.kind is TagKind.LEVEL})

    def groups(self, values: Callable[[Tag], frozenset[TagValue]]) -> frozenset[Group]:
        """The groups of an entity with these values of tags: none where it does not count.

        >>> from levelmark.engine.trend.tags import TagKind
        >>> Scope("service", by=(Tag(TagKind.TEAM),)).groups(lambda tag: frozenset({(2, "pay")}))
        frozenset({((2, 'pay'),)})
        """
        if any(values(tag).isdisjoint(wanted) for tag, wanted in self.where):
            return frozenset()
        return frozenset(product(*map(values, self.by)))
