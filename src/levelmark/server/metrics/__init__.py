"""Metrics: the figures of a server in the formats that Prometheus and its kin read."""

from levelmark.server.metrics.metrics import metrics_route

__all__ = ["metrics_route"]
