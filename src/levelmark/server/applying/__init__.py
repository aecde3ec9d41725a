"""Applying documents: sent to a server in an order that tells one story, and what came of it."""

from levelmark.server.applying.applied import Applied, counted
from levelmark.server.applying.evaluations import Evaluated, wait_for
from levelmark.server.applying.sending import How, Progress, Sending, Show

__all__ = ["Applied", "Evaluated", "How", "Progress", "Sending", "Show", "counted", "wait_for"]
