"""Lengths of time as people write them: `90s`, `1h30m`, `500ms`, or a number of seconds."""

import re

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
WHOLE = re.compile(rf"(?:{PART.pattern})+\Z", re.ASCII)


def seconds(duration: str | float) -> float:
    """Return a duration in seconds.

    Raises:
        ValueError: the text is not a duration.
    """
    if not isinstance(duration, str):
        return float(duration)
    if not WHOLE.match(duration):
        raise ValueError(f"{duration!r} is not a duration: write it as 90s, 5m or 1h30m")
    return sum(float(number) * UNITS[unit] for number, unit in PART.findall(duration))
