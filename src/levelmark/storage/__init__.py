"""Everything that is kept: the only package that knows MongoDB."""

from levelmark.storage.storage import Storage

__all__ = ["Storage"]
