"""Scorecards, rules and rule results as entities of the system blueprints."""
