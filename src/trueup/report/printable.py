"""Text of others as a terminal may have it: what would command the terminal is spelled out.

Names, logs and what tools say come from whoever writes a repository or an image. Pure.
"""

import re

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINE_END = re.compile(r"\r+\n")
# Controls but for tab and line feed, what turns the direction of writing, lone surrogates.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text without colours of its own, and with every other control spelled out."""
    return UNSAFE.sub(_spelled, LINE_END.sub("\n", COLOUR.sub("", text)))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
