"""Refuses characters that hide what a text says: control, direction, nothing to see."""

import unicodedata

from trueup.model.repair import Edit, Refusal

PLAIN = frozenset("\t\n\r\f")
HIDING = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def unclean(edit: Edit) -> tuple[Refusal, ...]:
    """Return a refusal for the first line that brings such a character into a file."""
    odd = {letter for letter in set(edit.after) - set(edit.before or "") if _hides(letter)}
    if not odd and not _bare_return(edit):
        return ()
    line = _line(edit.after, odd)
    named = ", ".join(sorted(f"U+{ord(letter):04X}" for letter in odd)) or "a bare U+000D"
    return (Refusal("characters", edit.path, line, f"{named} hides what this file says"),)


def _hides(letter: str) -> bool:
    return letter not in PLAIN and unicodedata.category(letter) in HIDING


def _bare_return(edit: Edit) -> bool:
    before = edit.before or ""
    return _bare(edit.after) > _bare(before)


def _bare(text: str) -> int:
    return text.count("\r") - text.count("\r\n")


def _line(text: str, letters: set[str]) -> int:
    at = min((text.find(letter) for letter in letters), default=text.find("\r"))
    return text.count("\n", 0, at) + 1
