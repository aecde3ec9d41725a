"""The catalogue of a server, read page by page as documents.

Blueprints come in the order of their identifiers, scorecards and entities in that of their blueprints and
then of their own identifiers, so that the same catalogue gives the same documents in the same order. Of the
system blueprints and of scorecards and rules as entities, it has what others have added.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec import json

from levelmark.domain.blueprint import RESERVED
from levelmark.domain.documents import to_blueprint, to_document
from levelmark.domain.issue import nearest
from levelmark.domain.json import Json
from levelmark.domain.system import RULE_RESULT, extension
from levelmark.server.client import Client
from levelmark.server.documents import Kind
from levelmark.server.errors import CommandError

PAGE_BYTES: Final = 1_000_000
"""What a page is meant to have; how many nodes that is, the page before tells."""

_MOST: Final = 500
_GROWTH: Final = 4
"""How much longer than the one before a page may be: the next nodes may be larger."""

_PAGE: Final = "$first: Int!, $after: String"
_INFO: Final = "pageInfo { hasNextPage endCursor }"
_BLUEPRINTS: Final = f"""query ({_PAGE}) {{
  nodes: blueprints(first: $first, after: $after) {{
    {_INFO}
    edges {{ node {{
      identifier title icon description schema relations
      mirrorProperties calculationProperties aggregationProperties ownership
    }} }}
  }}
}}"""
_SCORECARDS: Final = f"""query ($blueprint: String!, {_PAGE}) {{
  nodes: scorecards(blueprint: $blueprint, first: $first, after: $after) {{
    {_INFO}
    edges {{ node {{
      identifier title filter levels {{ title color }}
      rules {{ identifier title description level {{ title }} query }}
    }} }}
  }}
}}"""
_ENTITIES: Final = f"""query ($blueprint: String!, {_PAGE}) {{
  nodes: entities(blueprint: $blueprint, first: $first, after: $after) {{
    {_INFO}
    edges {{ node {{ identifier title icon team properties relations }} }}
  }}
}}"""

Document = dict[str, Json]


class Catalogue:
    """The blueprints of a server, or those of some names, with their scorecards and entities.

    Not a snapshot: what is written meanwhile may be there or not. `counts` grows with what was read, and
    `noted` is called with how much that is. Raises CommandError where there is no blueprint of a name.
    """

    def __init__(self, client: Client, names: Sequence[str], noted: Callable[[int], None]) -> None:
        self._client = client
        self._noted = noted
        self.counts: Counter[Kind] = Counter()
        self._blueprints = [*self._chosen(names)]

    @property
    def names(self) -> list[str]:
        """The identifiers of the blueprints, in order."""
        return [str(one["identifier"]) for one in self._blueprints]

    def blueprints(self) -> Iterator[Document]:
        """The documents of the blueprints."""
        yield from self._counted(Kind.BLUEPRINT, self._blueprints)

    def scorecards(self) -> Iterator[Document]:
        """The documents of the scorecards."""
        for name in self.names:
            nodes = _nodes(self._client, _SCORECARDS, blueprint=name)
            yield from self._counted(Kind.SCORECARD, (_scorecard(node, name) for node in nodes))

    def entities(self, names: Iterable[str]) -> Iterator[Document]:
        """The documents of the entities of these blueprints."""
        for name in names:
            nodes = _nodes(self._client, _ENTITIES, blueprint=name) if name != RULE_RESULT else ()
            documents = (_entity(node, name) for node in nodes)
            yield from self._counted(Kind.ENTITY, self._own(name, documents))

    def _own(self, blueprint: str, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents; of entities of a system blueprint, what others have given them, if they have."""
        if blueprint not in RESERVED:
            yield from documents
            return
        declared = next(one for one in self._blueprints if one["identifier"] == blueprint)
        names = {*declared.get("schema", {}).get("properties", {}), *declared.get("relations", {})}
        for document in documents:
            groups = ((key, document.get(key, {})) for key in ("properties", "relations"))
            own = {key: {one: some[one] for one in some if one in names} for key, some in groups}
            given = {key: document[key] for key in ("icon", "team") if key in document}
            if given or any(own.values()):
                head = {"identifier": document["identifier"], "blueprint": blueprint}
                yield head | given | {key: one for key, one in own.items() if one}

    def _chosen(self, names: Sequence[str]) -> Iterator[Document]:
        known = {node["identifier"]: node for node in _nodes(self._client, _BLUEPRINTS)}
        for name in names:
            if name not in known:
                hint = nearest(name, known)
                meant = f" (did you mean `{hint}`?)" if hint else ""
                raise CommandError(f"{self._client.url} has no blueprint `{name}`{meant}")
        for name, node in known.items():
            if names and name not in names:
                continue
            document = {key: value for key, value in node.items() if value is not None and value != {}}
            if name not in RESERVED:
                yield document
            elif own := _extension(document):
                yield own

    def _counted(self, kind: Kind, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            self.counts[kind] += 1
            self._noted(self.counts.total())
            yield document


def _nodes(client: Client, operation: str, **variables: Json) -> Iterator[dict[str, Any]]:
    """All nodes of a connection, in pages that are as long as their nodes' size allows."""
    size, after = 1, None
    while True:
        page = client.run(operation, first=size, after=after, **variables)["nodes"]
        for edge in page["edges"]:
            yield edge["node"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
        fitting = size * PAGE_BYTES // len(json.encode(page["edges"]))
        size = max(1, min(_MOST, size * _GROWTH, fitting))


def _scorecard(node: dict[str, Any], blueprint: str) -> Document:
    rules = [_given({**rule, "level": rule["level"]["title"]}) for rule in node["rules"]]
    head = {"identifier": node["identifier"], "title": node["title"], "blueprint": blueprint}
    return _given({**head, "filter": node["filter"], "levels": node["levels"], "rules": rules})


def _entity(node: dict[str, Any], blueprint: str) -> Document:
    head = {"identifier": node["identifier"], "title": node["title"], "icon": node["icon"]}
    given = _given({**head, "blueprint": blueprint, "team": node["team"]})
    return given | {name: node[name] for name in ("properties", "relations") if node[name]}


def _extension(document: Document) -> Document | None:
    """What others have added to a system blueprint, None where that is nothing."""
    own = extension(to_blueprint(document))
    return to_document(own) if own.own_names else None


def _given(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if value is not None}
