"""A flaw: why a derived property has no data, found in its declaration."""

from msgspec import Struct

from levelmark.domain.issue import Issue, Path


class Flaw(Struct, frozen=True):
    """What is wrong, and where in the property's own document.

    One that `waits` is mended as soon as a blueprint that does not exist yet is written: it is a warning.
    """

    path: Path
    code: str
    message: str
    suggestion: str | None = None
    waits: bool = False

    def issue(self, path: Path) -> Issue:
        """The issue of a blueprint's document, whose property stands at `path`."""
        make = Issue.warning if self.waits else Issue.error
        return make((*path, *self.path), self.code, self.message, self.suggestion)


def absent_blueprint(name: str, path: Path) -> Flaw:
    """The blueprint that something needs does not exist."""
    return Flaw(path, "UNKNOWN_BLUEPRINT", f"there is no blueprint `{name}` yet", waits=True)
