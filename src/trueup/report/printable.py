"""Text of others as a terminal may have it: without colours, and with nothing that commands it.

Names, logs and what tools say come from whoever writes a repository or an image. Pure.
"""

import re

from trueup.model.spelled import spelled_lines

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINE_END = re.compile(r"\r+\n")


def printable(text: str) -> str:
    """Return a text without colours of its own, and with every other control spelled out."""
    return spelled_lines(LINE_END.sub("\n", COLOUR.sub("", text)))
