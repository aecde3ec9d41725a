"""The colours of levels as screens show them, and the text that can be read on each."""

from typing import Final

HEX: Final = {
    "blue": "#2f6fde",
    "turquoise": "#1abfb0",
    "orange": "#ef8a1d",
    "purple": "#8a4bc4",
    "pink": "#ec6fae",
    "yellow": "#f4c91b",
    "green": "#2f9e49",
    "red": "#d63a32",
    "gold": "#d9ae1c",
    "silver": "#b4bcc4",
    "paleBlue": "#aacdea",
    "darkGray": "#50565c",
    "lightGray": "#cdd3d8",
    "bronze": "#b9742e",
    "lime": "#97d033",
    "olive": "#85862b",
    "brown": "#7b4c2d",
}
"""The field's colours."""

GREY: Final = "#9aa3ab"
"""What stands for no level."""

DARK, LIGHT = "#000", "#fff"


def text_on(background: str) -> str:
    """Black or white, whichever stands out more on the background.

    >>> text_on("#f4c91b"), text_on("#50565c")
    ('#000', '#fff')
    """
    return DARK if contrast(background, "#000000") >= contrast(background, "#ffffff") else LIGHT


def contrast(one: str, other: str) -> float:
    """How much two colours stand out from each other, from 1 to 21, as WCAG measures it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own
