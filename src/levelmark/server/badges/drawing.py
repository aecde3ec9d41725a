"""The drawing of a badge: two texts side by side, each on its own ground, as an SVG picture.

Screen readers and tooltips have both in words. The texts stand out from their grounds, so a badge can be read
on any page. No text is longer than a badge can bear, and none can be taken for markup.
"""

import re
from typing import Final
from xml.sax.saxutils import escape

from levelmark.server.badges.colors import text_on
from levelmark.server.badges.widths import width_of

MAX_CHARACTERS: Final = 100
"""Characters of one text, at most."""

_GROUND: Final = "#454b51"
_HEIGHT: Final = 20
_SIZE: Final = 11
_PADDING: Final = 6
_FONT: Final = "Helvetica,Arial,'Liberation Sans',sans-serif"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def draw(label: str, message: str, color: str) -> str:
    """The picture of `message` on the ground of a colour (`#rrggbb`), behind `label` if that is not empty.

    >>> draw("Quality", "Gold", "#d9ae1c").startswith('<svg xmlns="http://www.w3.org/2000/svg" width="')
    True
    """
    label, message = _shown(label), _shown(message)
    left, right = _box(label), _box(message)
    told = escape(f"{label}: {message}" if label else message)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img"',
        f' aria-label="{told.replace(chr(34), "&quot;")}"><title>{told}</title>',
        _ground(0, left + right, color),
        _ground(0, left, _GROUND, square=True) if left else "",
        f'<g font-family="{_FONT}" font-size="{_SIZE}">',
        _text(label, 0, left, text_on(_GROUND)) if left else "",
        _text(message, left, right, text_on(color)),
        "</g></svg>\n",
    ]
    return "".join(parts)


def _shown(text: str) -> str:
    plain = " ".join(_NOT_XML.sub("\ufffd", text).split())
    return plain if len(plain) <= MAX_CHARACTERS else f"{plain[: MAX_CHARACTERS - 1]}…"


def _box(text: str) -> int:
    return round(width_of(text, _SIZE)) + 2 * _PADDING if text else 0


def _ground(left: int, width: int, color: str, *, square: bool = False) -> str:
    """A ground with round corners; the right ones are square where another ground goes on there."""
    right = (
        f"h{width - 3}v20H{left + 3}" if square else f"h{width - 6}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left + 3}"
    )
    return f'<path fill="{color}" d="M{left + 3} 0{right}a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>'


def _text(text: str, left: int, width: int, color: str) -> str:
    inner = width - 2 * _PADDING
    return (
        f'<text x="{left + _PADDING}" y="14" fill="{color}" textLength="{inner}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )
