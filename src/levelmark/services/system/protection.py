"""Protection: what is sent of a system blueprint may add to it, and changes nothing that the server keeps.

What the server keeps may be left out, or sent as it is: a document that was read is accepted unchanged.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from levelmark.domain.blueprint import RESERVED, Blueprint
from levelmark.domain.documents import to_document
from levelmark.domain.issue import Issue, Path
from levelmark.domain.json import Json, same
from levelmark.domain.system import ADDED, CORE, extension
from levelmark.domain.versioned import Versioned
from levelmark.engine.derived.reads import chains
from levelmark.engine.model import Model
from levelmark.engine.translating import told_blueprint
from levelmark.services.naming import NamingSource
from levelmark.storage import Storage

PROTECTED: Final = "PROTECTED"
"""The code of what would change something that the server keeps."""

_GROUPS: Final = ("relations", "mirrorProperties", "calculationProperties", "aggregationProperties")


class Guarded(Struct, frozen=True):
    """A document with what the server keeps put back in its place, and what is wrong with what was sent."""

    document: Json
    issues: tuple[Issue, ...] = ()


class Protection:
    """Guards the system blueprints."""

    def __init__(self, storage: Storage, naming: NamingSource) -> None:
        self._shelf = storage.definitions.blueprint
        self._naming = naming

    async def guarded(self, document: Json) -> Guarded:
        """The document to be written; that of any other blueprint as it is."""
        identifier = document.get("identifier") if isinstance(document, dict) else None
        if not isinstance(identifier, str) or identifier not in CORE:
            return Guarded(document)
        stored = await self._shelf.get(identifier)
        told = told_blueprint(stored, await self._naming.fresh()) if stored else CORE[identifier]
        kept = _kept(told)
        return Guarded(_whole(document, kept), tuple(_issues(document, kept)))


def _kept(told: Blueprint) -> dict[str, Json]:
    """The document of what the server keeps of a system blueprint."""
    document, others = to_document(told), extension(told).own_names
    groups = {group: _without(document.get(group), others) for group in _GROUPS}
    return {
        "title": told.title,
        "description": CORE[told.identifier].description,
        "schema": {"properties": _without(document["schema"]["properties"], others)},
        **groups,
    }


def _without(fields: Json, names: tuple[str, ...]) -> dict[str, Json]:
    return {name: one for name, one in _object(fields).items() if name not in names}


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _whole(document: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Json]:
    whole = {"title": kept["title"], "description": kept["description"]}
    whole |= {key: value for key, value in document.items() if value is not None}
    schema = whole.get("schema", {})
    if isinstance(schema, dict):
        whole["schema"] = schema | _joined(schema, kept["schema"], "properties")
    for group in _GROUPS:
        whole |= _joined(whole, kept, group)
    return whole


def _joined(sent: Mapping[str, Any], kept: Mapping[str, Any], group: str) -> dict[str, Json]:
    own = sent.get(group) or {}
    if not isinstance(own, dict):
        return {}  # in a wrong shape: whoever judges shapes says so
    others = {name: one for name, one in own.items() if name not in kept[group]}
    return {group: {**kept[group], **others}}


def _issues(document: dict[str, Any], kept: Mapping[str, Any]) -> Iterator[Issue]:
    if document.get("title") not in (None, kept["title"]):
        yield _protected(("title",), f"the title `{kept['title']}` is")
    schema, core = _object(document.get("schema")), kept["schema"]["properties"]
    names = {*core, *(name for group in _GROUPS for name in kept[group])}
    yield from _changes(("schema", "properties"), _object(schema.get("properties")), core, names)
    for group in _GROUPS:
        yield from _changes((group,), _object(document.get(group)), kept[group], names)
    if schema.get("required"):
        message = "nothing can be required here: scorecards are also written where nobody knows of it"
        yield Issue.error(("schema", "required"), PROTECTED, message)
    yield from _relation_issues(_object(document.get("relations")), kept["relations"])
    for name in _object(document.get("aggregationProperties")):
        if name not in kept["aggregationProperties"]:
            message = "nothing can be aggregated here but what the server does; ask `facets` for numbers"
            yield Issue.error(("aggregationProperties", name), PROTECTED, message)


def _changes(
    path: Path, sent: Mapping[str, Json], kept: Mapping[str, Json], names: set[str]
) -> Iterator[Issue]:
    for name, one in sent.items():
        if name in names and not (name in kept and same(one, kept[name])):
            yield _protected((*path, name), f"`{name}` is")


def _relation_issues(relations: Mapping[str, Json], kept: Mapping[str, Json]) -> Iterator[Issue]:
    for name, one in relations.items():
        if name in kept or not isinstance(one, dict):
            continue
        if one.get("required"):
            message = "no relation that is added here can be required: results come by themselves"
            yield Issue.error(("relations", name, "required"), PROTECTED, message)
        if one.get("description") == ADDED:
            message = "this description is kept for the relations that the server adds; choose another"
            yield Issue.error(("relations", name, "description"), PROTECTED, message)


def _protected(path: Path, what: str) -> Issue:
    message = f"{what} protected: the server keeps it; leave it out, or send it as it is"
    return Issue.error(path, PROTECTED, message)


def deletion_issue(blueprint: str) -> Issue:
    """That a system blueprint cannot be deleted."""
    message = f"`{blueprint}` is protected: the server keeps it; delete its scorecards or rules one by one"
    return Issue.error(("identifier",), PROTECTED, message)


def renaming_issue(blueprint: str) -> Issue | None:
    """That a system blueprint cannot be renamed, if it is one."""
    if blueprint not in CORE:
        return None
    message = f"`{blueprint}` is protected: the server keeps its name"
    return Issue.error(("identifier",), PROTECTED, message)


def kept_issues(stored: Versioned[Blueprint], name: str) -> Iterator[Issue]:
    """That a property or relation of a blueprint cannot be renamed, if the server keeps it."""
    blueprint, key = stored.value, stored.names.things.key(name)
    if key in blueprint.own_names and key not in extension(blueprint).own_names:
        message = f"`{name}` of blueprint `{stored.name}` is protected: the server keeps its name"
        yield Issue.error(("identifier",), PROTECTED, message)


def passage_issues(model: Model, blueprint: str) -> Iterator[Issue]:
    """The derived properties of another blueprint that lead through a system blueprint."""
    if blueprint in RESERVED:
        return
    resolved = model.blueprints[blueprint]
    for spec in model.plans[blueprint].order:
        through = [step.to for chain in chains(spec) for step in chain if step.to in RESERVED]
        if through:
            message = f"leads through `{through[0]}`, whose entities are read and not stored: "
            message += "ask for the results themselves, or relate to what they are about"
            yield Issue.error(resolved.place(spec.name), "SYSTEM_BLUEPRINT", message)
