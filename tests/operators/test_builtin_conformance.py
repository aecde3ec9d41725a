"""The built-in operators go through the suite that everybody's operators go through."""

from levelmark.operators import levelmark_operators
from levelmark.testing import OperatorConformance


class TestBuiltinOperators(OperatorConformance):
    operators = levelmark_operators()
