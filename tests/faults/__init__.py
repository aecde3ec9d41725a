"""Crashes and concurrency: what the storage and the services promise, under attack."""
