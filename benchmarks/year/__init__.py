"""A year: entities of one blueprint with every state that they were in, drawn from a seed."""

from benchmarks.year.definitions import BLUEPRINT, SCORECARDS, compiled
from benchmarks.year.lives import Sizes
from benchmarks.year.loading import load
from benchmarks.year.states import PARTS, State, Told, told

__all__ = ["BLUEPRINT", "PARTS", "SCORECARDS", "Sizes", "State", "Told", "compiled", "load", "told"]
