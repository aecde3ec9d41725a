"""The documents that this server reads: bounded, guarded before they are validated, remembered once valid.

Strawberry's own caches keep documents by number, whatever their size, and validate before a guard can speak.
This one is bounded by size and keeps only documents that passed everything, so that a hit needs no look.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias, cast

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from levelmark.graphql.protocol.guard import excesses
from levelmark.graphql.protocol.literals import literal_errors
from levelmark.graphql.protocol.settings import Limits

_Key: TypeAlias = tuple[str, tuple[Any, ...]]


class DocumentCache:
    """The valid documents used last, up to `characters` of text in all, which is up to 400 bytes each.

    It belongs to one schema and one event loop.
    """

    def __init__(self, characters: int = 250_000) -> None:
        self._documents: dict[_Key, DocumentNode] = {}
        self._characters = characters
        self._used = 0

    def get(self, key: _Key) -> DocumentNode | None:
        """The document, made the youngest, or `None`."""
        document = self._documents.pop(key, None)
        if document is not None:
            self._documents[key] = document
        return document

    def put(self, key: _Key, document: DocumentNode) -> None:
        """Keeps the document, unless it would fill a tenth of the cache, and lets the oldest go."""
        size = len(key[0])
        if key in self._documents or size * 10 > self._characters:
            return
        self._documents[key] = document
        self._used += size
        while self._used > self._characters:
            oldest = next(iter(self._documents))
            del self._documents[oldest]
            self._used -= len(oldest[0])


class Documents(SchemaExtension):
    """Reads one operation's document; made anew for each, over the cache and limits that all share."""

    def __init__(self, cache: DocumentCache, limits: Limits) -> None:
        self._cache = cache
        self._limits = limits
        self._known = False
        self._named = False

    def on_operation(self) -> Iterator[None]:
        """Bounds the parser, and notes whether the request names its operation."""
        options = cast("dict[str, int]", self.execution_context.parse_options)
        options["max_tokens"] = self._limits.tokens
        options["max_source_length"] = self._limits.characters
        # Only now: once there is a document, this property answers with its first operation's name.
        self._named = self.execution_context.operation_name is not None
        yield

    def on_parse(self) -> Iterator[None]:
        """Takes the document from the cache; where that has none, Strawberry parses it."""
        document = self._cache.get(self._key)
        self._known = document is not None
        if document is not None:
            self.execution_context.graphql_document = document
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuses what is out of bounds before Strawberry validates the rest; remembers what is valid."""
        context = self.execution_context
        document = cast("DocumentNode", context.graphql_document)  # only what was parsed is validated
        errors = [] if self._known else literal_errors(document) or excesses(document, self._limits)
        errors = errors or self._ambiguities(document)
        if errors or self._known:
            context.pre_execution_errors = errors
        yield
        if not context.pre_execution_errors:
            self._cache.put(self._key, document)

    @property
    def _key(self) -> _Key:
        context = self.execution_context
        return context.query or "", context.validation_rules

    def _ambiguities(self, document: DocumentNode) -> list[GraphQLError]:
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if self._named or len(operations) == 1:
            return []
        message = "The document has several operations: name the one to run in `operationName`."
        return [GraphQLError(message, operations, extensions={"code": "OPERATION_NAME_REQUIRED"})]
