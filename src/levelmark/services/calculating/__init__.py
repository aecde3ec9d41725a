"""Calculating: jq programs over entities, with bounded time and memory."""

from levelmark.engine.jq_present import HOUR, uses_now
from levelmark.services.calculating.calculation import Calculated, Calculation
from levelmark.services.calculating.calculator import Calculator
from levelmark.services.calculating.limits import CalculationLimits
from levelmark.services.calculating.pool import CalculatorClosedError

__all__ = [
    "HOUR",
    "Calculated",
    "Calculation",
    "CalculationLimits",
    "Calculator",
    "CalculatorClosedError",
    "uses_now",
]
