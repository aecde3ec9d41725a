"""Benchmarks: Levelmark side by side with what else does the same work, as ratios of one run."""
