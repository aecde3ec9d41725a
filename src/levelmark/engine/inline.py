"""Inlining: turning a built-in operator's source expression into text for the generated function.

Only a small, checked tree gets through: comparisons, membership, `type(…)`, and two string methods over
the names `actual` and `value`. What users wrote never becomes source text; it is bound as a constant.
"""

import ast
from typing import Final

_NODES: Final = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare, ast.Eq, ast.NotEq, ast.Lt,
    ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn, ast.Name, ast.Load, ast.Constant,
    ast.Call, ast.Attribute,
)  # fmt: skip
_NAMES: Final = frozenset({"actual", "value", "type", "bool", "str", "int", "float", "list", "dict"})
_METHODS: Final = frozenset({"startswith", "endswith"})


class UnsafeSourceError(ValueError):
    """An operator's source expression has something in it that may not be inlined."""


def inline(source: str, actual: str, value: str) -> str:
    """The expression with its two names replaced by those of the generated function's variables.

    >>> inline("actual == value and type(actual) is not bool", "v0", "k3")
    'v0 == k3 and type(v0) is not bool'
    """
    tree = ast.parse(source, mode="eval")
    for node in ast.walk(tree):
        _check(node, source)
    return ast.unparse(_Rename({"actual": actual, "value": value}).visit(tree))


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def _check(node: ast.AST, source: str) -> None:
    fits = isinstance(node, _NODES)
    if isinstance(node, ast.Name):
        fits = node.id in _NAMES
    elif isinstance(node, ast.Attribute):
        fits = node.attr in _METHODS
    elif isinstance(node, ast.Constant):
        fits = node.value is None or isinstance(node.value, bool) or node.value in ("", 0)
    if not fits:
        raise UnsafeSourceError(f"{ast.dump(node)} may not be inlined (in {source!r})")
