"""Trends: how what stood at an instant became what stands, interval by interval; pure arithmetic."""
