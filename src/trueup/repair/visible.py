"""Takes out of text what nobody sees: colours of terminals, control and direction."""

import re
import unicodedata

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")


def visible(text: str) -> str:
    """Return the text that a person would see; of a line that was written over, the last."""
    plain = ESCAPES.sub("", text).replace("\r\n", "\n")
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in plain.split("\n"))
    return "".join(letter for letter in "\n".join(lines) if letter in "\n\t" or _seen(letter))


def _seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
