"""The drawing of badges: any text, legible, well-formed, told to screen readers."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levelmark.domain.scorecard import COLORS
from levelmark.server.badges.colors import GREY, HEX, contrast, text_on
from levelmark.server.badges.drawing import MAX_CHARACTERS, draw
from levelmark.server.badges.widths import width_of

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(picture).iter(f"{SVG}text")]


def test_a_badge_tells_its_texts_to_everybody() -> None:
    root = ET.fromstring(draw("Quality & more", "<Gold>", HEX["gold"]))
    told = "Quality & more: <Gold>"
    assert (root.get("role"), root.get("aria-label"), root.findtext(f"{SVG}title")) == ("img", told, told)
    assert texts(draw("Quality & more", "<Gold>", HEX["gold"])) == ["Quality & more", "<Gold>"]


@given(st.text(), st.text(min_size=1))
def test_any_text_makes_a_well_formed_picture(label: str, message: str) -> None:
    root = ET.fromstring(draw(label, message, GREY))
    shown = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert all(len(one) <= MAX_CHARACTERS for one in shown)
    ends = [float(one.get("x", 0)) + float(one.get("textLength", 0)) for one in root.iter(f"{SVG}text")]
    assert all(end <= float(root.get("width", 0)) for end in ends)


def test_without_a_label_there_is_one_text() -> None:
    assert texts(draw("", "Gold", HEX["gold"])) == ["Gold"]


def test_a_long_text_is_cut_off() -> None:
    assert texts(draw("", "a" * 500, GREY)) == ["a" * (MAX_CHARACTERS - 1) + "…"]


def test_every_colour_of_the_field_has_a_text_that_can_be_read_on_it() -> None:
    assert set(HEX) == set(COLORS)
    black_or_white = {"#000": "#000000", "#fff": "#ffffff"}
    for color in (*HEX.values(), GREY):
        assert contrast(color, black_or_white[text_on(color)]) >= 4.5, color  # what WCAG asks for


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [("ill", "WWW"), ("aa", "日本"), ("e", "ee"), ("a\u0301", "aa"), ("👩\u200d", "👩👩")],
)
def test_widths_follow_the_texts(narrow: str, wide: str) -> None:
    assert width_of(narrow, 11) < width_of(wide, 11)
