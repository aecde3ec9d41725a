"""The present of a calculation: what `now` is to its program."""

from levelmark.engine.jq_present import HOUR, uses_now


def present(program: str, now: int) -> int:
    """What `now` is to the program, in seconds since 1970: the start of the hour, 0 where it does not ask."""
    return now // HOUR * HOUR // 1_000_000 if uses_now(program) else 0
