"""For the authors of plugins: suites that a plugin must pass, fixtures, and values to test with.

It needs the extra `levelmark[testing]`; the server never imports it. A plugin's whole test module can be:

    from levelmark.testing import OperatorConformance
    from my_plugin import levelmark_operators

    class TestMyOperators(OperatorConformance):
        operators = levelmark_operators()
"""

from levelmark.testing.conditions import verdict
from levelmark.testing.notifiers import NotifierConformance
from levelmark.testing.operators import OperatorConformance
from levelmark.testing.strategies import json_values

__all__ = ["NotifierConformance", "OperatorConformance", "json_values", "verdict"]
