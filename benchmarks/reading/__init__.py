"""Reading: what is asked of a year of results, and plain ways to answers like these."""

from benchmarks.reading.asking import Taken, ask
from benchmarks.reading.examining import Examined, examine
from benchmarks.reading.exporting import Exported, export, export_plainly
from benchmarks.reading.plain import WAYS
from benchmarks.reading.questions import Facts, Question, questions

__all__ = [
    "WAYS",
    "Examined",
    "Exported",
    "Facts",
    "Question",
    "Taken",
    "ask",
    "examine",
    "export",
    "export_plainly",
    "questions",
]
