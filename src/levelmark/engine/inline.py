"""Inlining: turning a built-in operator's source expression into text for the generated function.

Only a small, checked tree gets through: comparisons, membership, choices, `type(…)`, the members of a list,
a number's text, and two string methods, over the names `actual` and `value`. What users wrote never becomes
source text; it is bound as a constant.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from levelmark.domain.json import decimal_text

_NODES: Final = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare, ast.Eq, ast.NotEq, ast.Lt,
    ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn, ast.Name, ast.Load, ast.Constant,
    ast.Call, ast.Attribute, ast.IfExp, ast.Subscript,
)  # fmt: skip
FUNCTIONS: Final = MappingProxyType({"decimal_text": decimal_text})
"""What a source may call besides Python's own."""

_TYPES: Final = ("bool", "str", "int", "float", "list", "dict")
_NAMES: Final = frozenset({"actual", "value", "type", *_TYPES, *FUNCTIONS})
_MEMBER: Final = re.compile(r"value\[[0-9]+\]")
_METHODS: Final = frozenset({"startswith", "endswith"})


class UnsafeSourceError(ValueError):
    """An operator's source expression has something in it that may not be inlined."""


def inline(source: str, actual: str, value: str, *, kind: str | None = None, real: str | None = None) -> str:
    """The expression with the function's variables in place of its names.

    `kind` and `real` are variables that hold `type(actual)` and `float(value)`, where there are any.

    >>> inline("actual == value and type(actual) is not bool", "v0", "k3", kind="t0")
    'v0 == k3 and t0 is not bool'
    """
    names = {"kind": kind or f"type({actual})", "real": real or f"float({value})"}
    return _template(source).format(actual=actual, value=value, **names)


@lru_cache(maxsize=256)
def _template(source: str) -> str:
    tree = ast.parse(source, mode="eval")
    for node in _parts(tree):
        _check(node, source)
    return ast.unparse(_Fields().visit(tree))


class _Fields(ast.NodeTransformer):
    """Puts the fields of a format where the names stand that they are for."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"{{{node.id}}}") if node.id in ("actual", "value") else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        field = {"type(actual)": "{kind}", "float(value)": "{real}"}.get(ast.unparse(node))
        return ast.Name(field) if field else self.generic_visit(node)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not _is_member(node):
        for child in ast.iter_child_nodes(node):
            yield from _parts(child)


def _is_member(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and bool(_MEMBER.fullmatch(ast.unparse(node)))


def _check(node: ast.AST, source: str) -> None:
    fits = isinstance(node, _NODES)
    if isinstance(node, ast.Name):
        fits = node.id in _NAMES
    elif isinstance(node, ast.Attribute):
        fits = node.attr in _METHODS
    elif isinstance(node, ast.Subscript):
        fits = _is_member(node)
    elif isinstance(node, ast.Constant):
        fits = node.value is None or isinstance(node.value, bool) or node.value in ("", 0)
    if not fits:
        raise UnsafeSourceError(f"{ast.dump(node)} may not be inlined (in {source!r})")
