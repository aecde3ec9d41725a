"""An organisation: teams, services, repositories and incidents that derive values from each other."""

from benchmarks.organisation.catalogue import Catalogue, generate
from benchmarks.organisation.edits import Edit, EditKind, edits

__all__ = ["Catalogue", "Edit", "EditKind", "edits", "generate"]
