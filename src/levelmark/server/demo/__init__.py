"""The demo: a sample catalogue, a story that moves its levels, and a view of them as they move."""
