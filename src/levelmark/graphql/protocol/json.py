"""JSON at the wire: what is read is strict RFC 8259 that everybody can read back, what is written is UTF-8.

Refused: bytes that are not UTF-8, anything but an object at the top, nesting beyond `MAX_DEPTH`, NaN and the
infinities (also by overflow, as in `1e999`), integers beyond 2^53, half surrogate pairs, NULs. `1` and `1.0`
stay apart. Of keys given twice the last counts: to notice them would double the cost of every request.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import orjson

from levelmark.domain.json import MAX_INTEGER

MAX_DEPTH: Final = 100
_ESCAPED_NUL: Final = rb"\u0000"
_SHOWN_PATH: Final = 200


class InvalidJSONError(ValueError):
    """The text is not the JSON that this server takes; the message says where and why."""


def load(text: bytes | str) -> Any:
    """Any JSON value; raises `InvalidJSONError`.

    >>> load(b'{"a": [1, 1.0]}')
    {'a': [1, 1.0]}
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    value = _decode(data)
    if _is_unsound(value) or _ESCAPED_NUL in data:
        fault = next(_faults(value, "$"), None)
        if fault is not None:
            raise InvalidJSONError(fault)
    return value


def load_object(text: bytes | str) -> dict[str, Any]:
    """A JSON object; raises `InvalidJSONError`."""
    value = load(text)
    if isinstance(value, dict):
        return value
    kind = "an array" if isinstance(value, list) else "neither object nor array"
    raise InvalidJSONError(f"a JSON object is expected here, this is {kind}")


def dump(value: object) -> bytes:
    """Compact UTF-8; raises `TypeError` for what is not JSON."""
    return orjson.dumps(value)


def _decode(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise InvalidJSONError(f"the text is not UTF-8: {error.reason}") from None
    except msgspec.DecodeError as error:
        raise InvalidJSONError(str(error).removeprefix("JSON is malformed: ")) from None
    except RecursionError:
        raise InvalidJSONError(f"nested deeper than {MAX_DEPTH} levels") from None


def _is_unsound(value: Any) -> bool:
    """Whether a number is out of bounds; raises where it is nested too deeply.

    It goes level by level, without recursion: this runs on every request.
    """
    level, depth, unsound = [value] if isinstance(value, dict | list) else [[value]], 0, False
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise InvalidJSONError(f"nested deeper than {MAX_DEPTH} levels")
        below = []
        for container in level:
            for item in container.values() if type(container) is dict else container:
                kind = type(item)
                if kind is dict or kind is list:
                    below.append(item)
                elif kind is int and not -MAX_INTEGER <= item <= MAX_INTEGER:
                    unsound = True
        level = below
    return unsound


def _faults(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _text_faults(key, path)
            yield from _faults(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]")
    elif isinstance(value, str):
        yield from _text_faults(value, path)
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        yield f"the integer at {path[:_SHOWN_PATH]} is beyond 2^53 and would lose digits; send it as a string"


def _text_faults(text: str, path: str) -> Iterator[str]:
    if "\0" in text:
        yield f"the text at {path[:_SHOWN_PATH]} contains the character NUL (U+0000)"
