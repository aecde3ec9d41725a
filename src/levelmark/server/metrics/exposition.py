"""The exposition: families as OpenMetrics or as Prometheus' older text, whichever the client prefers."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

from levelmark.server.metrics.family import Family

_QUALITY: Final = re.compile(r";\s*q\s*=\s*([01](?:\.\d*)?)")


class Exposition(Enum):
    """A format, by the value of its `Content-Type` header."""

    PLAIN = "text/plain; version=0.0.4; charset=utf-8"
    OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    @classmethod
    def of(cls, accept: str) -> "Exposition":
        """What answers an `Accept` header: OpenMetrics where it is named and nothing else is preferred.

        >>> Exposition.of("application/openmetrics-text;q=0.7,text/plain;q=0.3").name
        'OPEN'
        """
        ranges = dict(map(_range, accept.split(",")))
        opened = ranges.get("application/openmetrics-text", 0.0)
        plain = ranges.get("text/plain", ranges.get("text/*", ranges.get("*/*", 0.0)))
        return cls.OPEN if opened > 0 and opened >= plain else cls.PLAIN

    def write(self, families: Iterable[Family]) -> str:
        """The families in this format."""
        written = [line for family in families for line in self._lines(family)]
        return "\n".join([*written, *(["# EOF"] if self is Exposition.OPEN else [])]) + "\n"

    def _lines(self, family: Family) -> list[str]:
        head = [f"# HELP {family.name} {family.meaning}", f"# TYPE {family.name} gauge"]
        return head + [
            f"{family.name}{_labelled(family.labels, values)} {_number(number)}"
            for values, number in family.samples
        ]


def _range(part: str) -> tuple[str, float]:
    name = part.partition(";")[0].strip().lower()
    quality = _QUALITY.search(part)
    return name, float(quality[1]) if quality else 1.0


def _labelled(names: Iterable[str], values: Iterable[str]) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{told}}}" if told else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
