"""Tests of what is read by plain GET: badges, metrics, reports."""
