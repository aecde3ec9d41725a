"""Badges: one scorecard's level on one entity as a small picture for pages elsewhere."""

from levelmark.server.badges.badge import badge_route

__all__ = ["badge_route"]
