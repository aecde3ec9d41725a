"""Levelmark: a self-hosted scorecard server."""

from importlib.metadata import version

__version__ = version("levelmark")
