"""Documents: entities that stand in no collection, as rows that a pipeline begins with."""

from collections.abc import Iterable
from typing import Any

from levelmark.domain.entity import Entity
from levelmark.storage.rows import link, state_fields
from levelmark.storage.searching import search_field
from levelmark.storage.sources import Source


def document_source(entities: Iterable[Entity]) -> Source:
    """The rows of these entities, each of which has an identifier of its own."""
    # The stage takes no empty list; a document without a blueprint is selected by nothing.
    rows = [_row(one) for one in entities] or [{"_id": "", "blueprint": None}]
    return Source(None, ({"$documents": {"$literal": rows}},))


def _row(entity: Entity) -> dict[str, Any]:
    links = [link(name, target) for name in entity.relations for target in entity.targets(name)]
    return {
        "_id": entity.identifier,
        "uid": entity.uid,
        **state_fields(entity),
        "links": links,
        "search": search_field(entity),
    }
