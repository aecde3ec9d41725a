"""Parts: one identifier made of several, and told apart again, whatever characters they have.

In each part `~` is written `~0` and `/` is written `~1`, as in a JSON Pointer (RFC 6901); a `/` stands
between two.
"""


def joined(*parts: str) -> str:
    """The parts as one identifier.

    >>> joined("security", "has/owner")
    'security/has~1owner'
    """
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def parted(identifier: str) -> tuple[str, ...]:
    """The parts of an identifier.

    >>> parted(joined("a~1", "b/c")) == ("a~1", "b/c")
    True
    """
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in identifier.split("/"))
