"""Find a pattern in a log, with an end: some patterns would take years on some texts.

Python's matcher cannot be interrupted and stops every thread meanwhile, so a pattern that
is more than plain text is looked for by a process of its own.
"""

import re
import sys

from trueup.adapters import process
from trueup.model.errors import ToolError

SECONDS = 5.0
SCRIPT = (
    "import re, sys; pattern, _, text = sys.stdin.buffer.read().decode().partition('\\0');"
    "sys.exit(0 if re.search(pattern, text, re.MULTILINE) else 3)"
)
ABSENT = 3


def found(pattern: str, text: str) -> bool:
    """Return whether a regular expression is found; `^` and `$` are those of each line.

    Raises:
        ToolError: the pattern is wrong, or takes too long on this text.
    """
    if re.escape(pattern) == pattern:
        return pattern in text
    argv = [sys.executable, "-I", "-S", "-c", SCRIPT]
    done = process.run(argv, timeout=SECONDS, input=f"{pattern}\0{text}".encode())
    if done.code not in {0, ABSENT}:
        why = done.err.decode(errors="replace").strip().rpartition("\n")[2]
        raise ToolError(f"/{pattern}/ cannot be looked for", why, "Correct the pattern.")
    return done.code == 0
