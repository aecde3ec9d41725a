"""The composition root: what assembles, configures and runs a Levelmark server."""
