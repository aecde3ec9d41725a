"""Rollups: rule results counted by whatever entities, scorecards and rules have in common."""

from levelmark.services.rollups.question import Dimension, Kind, Rollup, Row
from levelmark.services.rollups.rollups import Rollups

__all__ = ["Dimension", "Kind", "Rollup", "Rollups", "Row"]
