"""A name as one line of text may have it: what is no letter of it is spelled out. Pure.

Whoever writes a repository names files, mounts and variables. A line feed in such a name
would put lines of its own into a plan, a status or a commit message.
"""

import re

# Controls, what ends a line elsewhere, what turns the direction of writing, lone surrogates.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def spelled(text: str) -> str:
    """Return a text with every control character spelled out: a line feed by its number."""
    return UNSAFE.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
