"""Documents as files: blueprints, scorecards and entities in JSON and YAML, read with places and written."""

from levelmark.server.documents.document import Document, Finding, Kind, Place
from levelmark.server.documents.reading import Reading, read_documents
from levelmark.server.documents.writing import Format, Sections, write_sections

__all__ = [
    "Document",
    "Finding",
    "Format",
    "Kind",
    "Place",
    "Reading",
    "Sections",
    "read_documents",
    "write_sections",
]
