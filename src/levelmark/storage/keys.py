"""Escaped keys: names that users chose, made safe where MongoDB would read a path or an operator.

`.` separates steps of a path, a leading `$` makes an operator, and an empty step is no path. Such names are
written percent-encoded, so that every name has one spelling in the database and comes back as it was.
"""

import re
from types import NoneType
from typing import Final

from bson import Int64

from levelmark.domain.json import Json

_UNSAFE: Final = re.compile(r"[.$%]")
_ESCAPED: Final = re.compile(r"%(2E|24|25|00)")
_EMPTY: Final = "%00"
_PLAIN: Final = frozenset({str, int, float, bool, NoneType})
_CODES: Final = {".": "%2E", "$": "%24", "%": "%25"}
_CHARACTERS: Final = {"%2E": ".", "%24": "$", "%25": "%", _EMPTY: ""}


def escape_key(name: str) -> str:
    """The name as it stands in the database.

    >>> escape_key("a.b"), escape_key("$where"), escape_key("stars")
    ('a%2Eb', '%24where', 'stars')
    """
    if not name:
        return _EMPTY
    return _UNSAFE.sub(lambda match: _CODES[match[0]], name)


def unescape_key(key: str) -> str:
    """The name that stands in the database under this key."""
    return _ESCAPED.sub(lambda match: _CHARACTERS[match[0]], key) if "%" in key else key


def escape(value: Json) -> Json:
    """The value with the keys of all objects in it escaped."""
    if isinstance(value, dict):
        return {
            escape_key(key): item if type(item) in _PLAIN else escape(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [item if type(item) in _PLAIN else escape(item) for item in value]
    return value


def unescape(value: Json) -> Json:
    """The value as it was before `escape`; large integers come from the database in a type of its own."""
    if isinstance(value, dict):
        return {
            unescape_key(key) if "%" in key else key: item if type(item) in _PLAIN else unescape(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [item if type(item) in _PLAIN else unescape(item) for item in value]
    return int(value) if type(value) is Int64 else value
