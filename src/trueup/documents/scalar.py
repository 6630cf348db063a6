"""What a scalar without quotes means: YAML 1.2, as compose files have it.

`no` and `22:22` are text, `017` is seventeen, a date is text. Numbers that JSON cannot
say (infinity, more than 18 digits) stay text, so that no value is changed unseen.
"""

import math
import re
from typing import Any

CONSTANTS = {
    text: value
    for texts, value in (
        (("", "~", "null", "Null", "NULL"), None),
        (("true", "True", "TRUE"), True),
        (("false", "False", "FALSE"), False),
    )
    for text in texts
}
NUMBER_STARTS = frozenset("-+.0123456789")
INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
OCTAL_OR_HEX = re.compile(r"0(?:o[0-7]{1,20}|x[0-9a-fA-F]{1,15})\Z")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z")


def plain(text: str) -> Any:
    """Return the value of a scalar that is written without quotes."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in NUMBER_STARTS:
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    if INTEGER.match(text):
        return int(text)
    if OCTAL_OR_HEX.match(text):
        return int(text, 0)
    if FLOAT.match(text) and math.isfinite(number := float(text)):
        return number
    return text
