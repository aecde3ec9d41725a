"""The use cases: read, decide with the engine, write, publish."""

from levelmark.services.services import Services

__all__ = ["Services"]
