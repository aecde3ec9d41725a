"""Judging documents: every issue at once, each with its path, before anything is written."""

from levelmark.engine.validation.blueprints import read_blueprint
from levelmark.engine.validation.checked import Checked
from levelmark.engine.validation.entities import EntityChecker, read_entity, sound_part
from levelmark.engine.validation.queries import read_query
from levelmark.engine.validation.scorecards import read_scorecard

__all__ = [
    "Checked",
    "EntityChecker",
    "read_blueprint",
    "read_entity",
    "read_query",
    "read_scorecard",
    "sound_part",
]
