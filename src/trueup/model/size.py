"""Amounts of data as people write them: `500MB`, `2GiB`, or a number of bytes."""

import re

UNITS = {
    "": 1,
    "B": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
}
WHOLE = re.compile(r"(\d+(?:\.\d+)?)(B|[KMGT]i?B)?\Z", re.ASCII)


def octets(size: str | int) -> int:
    """Return an amount of data in bytes.

    Raises:
        ValueError: the text is not an amount of data.
    """
    found = WHOLE.match(str(size))
    if found is None:
        raise ValueError(f"{size!r} is not an amount of data: write it as 500MB or 2GiB")
    return int(float(found[1]) * UNITS[found[2] or ""])


def readable(size: int) -> str:
    """Return a number of bytes in the largest unit that it fills."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if size >= UNITS[unit]:
            return f"{size / UNITS[unit]:.4g} {unit}"
    return f"{size} bytes"
