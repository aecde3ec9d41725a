"""Translating: definitions, entities and queries from keys to the names that people read, and back."""

from levelmark.engine.translating.directions import ToKeys, ToNames
from levelmark.engine.translating.told import told_blueprint, told_entity, told_rule, told_scorecard

__all__ = ["ToKeys", "ToNames", "told_blueprint", "told_entity", "told_rule", "told_scorecard"]
