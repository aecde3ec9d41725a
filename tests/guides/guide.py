"""A guide: a folder of documents, and what is expected of the entities in them."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml
from msgspec import Struct

from levelmark.server.documents import Document, Kind, read_documents
from tests.support.scratch import Key

_FOLDER: Final = Path(__file__).parent
_UNITS: Final = {"week": timedelta(weeks=1), "month": timedelta(days=30)}

Found: TypeAlias = dict[Key, dict[str, Any]]
"""By blueprint and identifier: `derived` values, and `scores` by scorecard with `level` and `results`."""


class Guide(Struct, frozen=True):
    """The documents of a folder, which can be applied as they are."""

    folder: Path

    @property
    def files(self) -> list[str]:
        """The files of documents."""
        return [str(next(self.folder.glob(f"{kind}.*"))) for kind in Kind]

    def documents(self, kind: Kind) -> list[dict[str, Any]]:
        """The documents of that kind."""
        return contents(read_documents(self.files).documents, kind)

    def expected(self, now: datetime) -> Found:
        """What follows for every entity, at that instant."""
        _, hand = self._by_hand()
        return {
            (blueprint, identifier): {**one, "derived": _worked_out(one["derived"], now)}
            for blueprint, entities in hand.items()
            for identifier, one in entities.items()
        }

    @property
    def warnings(self) -> list[str]:
        """What applying the documents warns of: whose, and where."""
        warnings: list[str] = self._by_hand()[0]
        return warnings

    def _by_hand(self) -> tuple[Any, Any]:
        warnings, entities = yaml.safe_load_all((self.folder / "expected.yaml").read_text(encoding="utf-8"))
        return warnings, entities


GUIDES: Final = {path.parent.name: Guide(path.parent) for path in sorted(_FOLDER.glob("*/expected.yaml"))}
"""All guides by name."""


def contents(documents: Iterable[Document], kind: Kind) -> list[dict[str, Any]]:
    """What the documents of that kind say, in the order of their identifiers."""
    found = [one.content for one in documents if one.kind is kind]
    return sorted(found, key=lambda one: (one.get("blueprint", ""), one["identifier"]))


def _worked_out(derived: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        name: _average(value, now) if isinstance(value, dict) else value for name, value in derived.items()
    }


def _average(value: Mapping[str, Any], now: datetime) -> float:
    """So many for each unit of time that has begun since then."""
    since = datetime.fromisoformat(value["since"]).astimezone(UTC)
    return float(value["of"]) / max(1, math.ceil((now - since) / _UNITS[value["per"]]))
