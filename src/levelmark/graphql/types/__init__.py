"""The object types of the API, one to a module."""
