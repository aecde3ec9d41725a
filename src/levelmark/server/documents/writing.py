"""Writing documents: sections of them as JSON or YAML, one document at a time, that read back as they were.

The YAML is such that readers of 1.1 and of 1.2 agree on it: a string that either would take for something
else is quoted.
"""

import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, BinaryIO, Final, TypeAlias

import yaml

from levelmark.domain.json import Json
from levelmark.server.documents.core import BOOLEAN, FLOAT, INTEGER, NOT_FINITE, NULL, PREFIX

Sections: TypeAlias = Mapping[str, Iterable[Json]]
"""Documents by the name of their section: `blueprints`, `scorecards`, `entities`."""


class Format(StrEnum):
    """How documents are written; the value is the suffix of their files."""

    YAML = "yaml"
    JSON = "json"


def write_sections(out: BinaryIO, sections: Sections, form: Format) -> None:
    """Writes an object of sections; each document is written when it comes, and not kept."""
    write = _write_json if form is Format.JSON else _write_yaml
    write(out, sections)


def _write_json(out: BinaryIO, sections: Sections) -> None:
    before = "{"
    for name, documents in sections.items():
        out.write(f"{before}\n  {json.dumps(name)}: [".encode())
        before, between = ",", ""
        for document in documents:
            text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
            indented = text.replace("\n", "\n    ")  # no string in JSON has a line feed of its own
            out.write(f"{between}\n    {indented}".encode())
            between = ","
        out.write(b"\n  ]" if between else b"]")
    out.write(b"\n}\n")


def _write_yaml(out: BinaryIO, sections: Sections) -> None:
    for name, documents in sections.items():
        out.write(f"{name}:".encode())
        start = "\n"
        for document in documents:
            out.write(f"{start}{_yaml([document])}".encode())
            start = ""
        out.write(b" []\n" if start else b"")


def _yaml(value: Json) -> str:
    text: str = yaml.dump(value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=_NO_FOLDING)
    return text


_NO_FOLDING: Final = 2**30
_BASE: Final = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
_DUMPER: Final[Any] = type("_Dumper", (_BASE,), {"ignore_aliases": lambda *_: True})


def _text_node(dumper: Any, text: str) -> Any:
    style = "|" if _is_prose(text) else None if text.isprintable() else '"'
    return dumper.represent_scalar(f"{PREFIX}str", text, style=style)


def _is_prose(text: str) -> bool:
    """Whether a text has several lines that a block shows as they are, without doubt about any space."""
    lines = text.removesuffix("\n").split("\n")
    sound = all(line.isprintable() and line == line.rstrip() for line in lines)
    return "\n" in text and sound and bool(lines[-1]) and not text[0].isspace()


# PyYAML quotes by the rules of 1.1; with those of the core schema behind them it quotes by either.
_DUMPER.add_representer(str, _text_node)
for _kind, _pattern in (
    ("null", NULL),
    ("bool", BOOLEAN),
    ("int", INTEGER),
    ("float", FLOAT),
    ("float", NOT_FINITE),
):
    _DUMPER.add_implicit_resolver(f"{PREFIX}{_kind}", re.compile(rf"(?:{_pattern.pattern})\Z"), None)
