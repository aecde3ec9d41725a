"""Exporting: what a server holds, as documents that can be applied again."""

from levelmark.server.exporting.catalogue import Catalogue
from levelmark.server.exporting.targets import to_file, to_folder, to_stream

__all__ = ["Catalogue", "to_file", "to_folder", "to_stream"]
