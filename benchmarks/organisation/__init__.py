"""An organisation: teams, services, repositories and incidents that derive values from each other."""

from benchmarks.organisation.catalogue import Catalogue, generate
from benchmarks.organisation.edits import Edit, EditKind, edits
from benchmarks.organisation.incidents import Incident, incidents

__all__ = ["Catalogue", "Edit", "EditKind", "Incident", "edits", "generate", "incidents"]
