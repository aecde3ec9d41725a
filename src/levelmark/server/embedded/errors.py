"""What keeps the embedded MongoDB from running."""


class EmbeddedMongoError(Exception):
    """The embedded MongoDB cannot run; the text names the place, what was said there and the remedy."""
