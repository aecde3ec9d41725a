"""Alignment: the results of a score in one order of rules, whatever order they stand in.

So a result is told by its place alone, and no rule has to be looked at where results are counted. A row that
was evaluated by the rules in that order, as most were, is taken as it is; in others (evaluated before the
rules were changed, or read from the past) each rule is looked up.
"""

from collections.abc import Sequence
from typing import Any


def aligned(score: str, rules: Sequence[str]) -> dict[str, Any]:
    """The result of each of the rules in a score, which is a variable; null where it has none."""
    stored = {"$let": {"vars": {"have": f"{score}.results.rule"}, "in": _looked_up(score, rules)}}
    there = {"$cond": [{"$gt": [score, None]}, stored, {"$literal": [None] * len(rules)}]}
    in_order = {"$eq": [f"{score}.results.rule", {"$literal": list(rules)}]}
    return {"$cond": [in_order, f"{score}.results.result", there]}


def _looked_up(score: str, rules: Sequence[str]) -> dict[str, Any]:
    found = {"$arrayElemAt": ["$$results", "$$at"]}
    known = {"$cond": [{"$gte": ["$$at", 0]}, found, None]}
    each = [
        {"$let": {"vars": {"at": {"$indexOfArray": ["$$have", {"$literal": rule}]}}, "in": known}}
        for rule in rules
    ]
    return {"$let": {"vars": {"results": f"{score}.results.result"}, "in": each}}
