"""The oracle: derived values, rule results and levels of a whole catalogue, worked out from scratch.

It knows documents only and shares no code with what it judges: everything is computed again for every call,
slowly and plainly, from the entities as they were sent.
"""

from tests.support.scratch.outcome import Outcome, Standing, evaluate
from tests.support.scratch.values import Key, difference

__all__ = ["Key", "Outcome", "Standing", "difference", "evaluate"]
