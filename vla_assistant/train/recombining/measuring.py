"""Lengths in words."""

from __future__ import annotations

import random

UNITS_CM = {
    "cm": 1.0, "centimeters": 1.0, "centimetres": 1.0, "centimeter": 1.0, "mm": 0.1, "millimeters": 0.1,
    "millimetres": 0.1, "inches": 2.5, "inch": 2.5, "meters": 100.0,
}  # fmt: skip
_NUMBERS = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
    11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen",
    18: "eighteen", 19: "nineteen", 20: "twenty", 25: "twenty five", 30: "thirty", 35: "thirty five", 40: "forty",
    45: "forty five", 50: "fifty", 60: "sixty", 80: "eighty",
}  # fmt: skip
_LARGEST = 200


def measured(rng: random.Random, length_cm: float, unitless: float = 0.0) -> str:
    """The length in some unit, in digits or words; `unitless` is how often the unit is left out."""
    if length_cm == 50 and rng.random() < 0.5:
        return "half a meter"
    unit = rng.choice(("cm", "cm", "cm", *UNITS_CM))
    count = round(length_cm / UNITS_CM[unit], 3)
    if count != round(count, 1) or not 1 <= count <= _LARGEST:
        unit, count = rng.choice(("cm", "centimeters", "centimetres")), length_cm
    if rng.random() < unitless:
        return _number(rng, length_cm)
    if count == 1 and unit in ("inch", "centimeter"):
        return rng.choice((f"an {unit}" if unit == "inch" else f"a {unit}", f"one {unit}"))
    number = _number(rng, count)
    return (
        f"{number}{unit}" if number[0].isdigit() and rng.random() < 0.3 and unit in ("cm", "mm") else f"{number} {unit}"
    )


def _number(rng: random.Random, count: float) -> str:
    if count in _NUMBERS and count != 1 and rng.random() < 0.5:
        return _NUMBERS[int(count)]
    return f"{count:g}"
