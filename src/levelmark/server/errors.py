"""A failure of the command: told in one line on standard error, with an exit status other than 0."""


class CommandError(Exception):
    """What a person who ran a command must know; the text says what to do about it."""
