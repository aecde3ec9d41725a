"""Derived properties: what mirrors, calculations and aggregations read, and what they come to."""
