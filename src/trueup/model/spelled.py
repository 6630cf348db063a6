"""Text of others as it may be shown: what is no letter of it is spelled out. Pure.

Whoever writes a repository or an image names files, mounts and variables, and has tools speak.
A line feed in a name would put lines of its own into a plan, a status or a commit message;
other characters would command the terminal of who reads it.
"""

import re

# Controls but for tab and line feed, what turns the direction of writing, lone surrogates.
COMMANDS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
IN_LINES = re.compile(f"[{COMMANDS}]")
IN_LINE = re.compile(f"[\t\n\u2028\u2029{COMMANDS}]")  # whatever ends a line elsewhere, too


def spelled(text: str) -> str:
    """Return a text as one line: every control character is there by its number."""
    return IN_LINE.sub(_number, text)


def spelled_lines(text: str) -> str:
    """Return a text with its line feeds and tabs, and every other control spelled out."""
    return IN_LINES.sub(_number, text)


def legible(text: str) -> str:
    """Return a text with a question mark for each character that cannot be printed."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _number(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
