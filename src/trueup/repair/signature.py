"""One error line → a text that is the same whenever the same error is there, and a pattern."""

import hashlib
import re

LONGEST = 500
PARTS = tuple(
    re.compile(part, re.IGNORECASE)
    for part in (
        r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:z|[+-]\d\d:?\d\d)?",
        r"\b0x[0-9a-f]{1,32}\b|\b(?=[0-9a-f]{0,64}\d)[0-9a-f]{8,64}\b",
        r"(?<![\w@.-])(?:[a-z]:)?(?:/[\w.@+~-]{1,255}){2,64}/?",
        r"\b\d{1,20}(?:\.\d{1,20}){0,5}(?:[a-z]{1,3}\d{0,9})?\b",
    )
)
"""Times, digests and addresses, paths, numbers and versions."""


def signature_of(cause: str, subject: str, line: str) -> str:
    """Return a digest of an error without paths, numbers, digests and times."""
    seen = "\n".join((cause, subject.lower(), normal(line)))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:16]


def normal(line: str) -> str:
    """Return a line in lower case, with a mark for whatever changes from time to time."""
    text = line[:LONGEST].lower()
    for part in PARTS:
        text = part.sub("#", text)
    return " ".join(text.split())


def pattern_of(line: str) -> str:
    """Return a regular expression that finds the same error in a later log.

    What changes from time to time may be anything; it matches within one line.
    """
    text, at, made = line[:LONGEST].strip(), 0, ""
    places = [found.span() for found in _changing(text)]
    for begin, end in places:
        made += _literal(text[at:begin]) + r"\S{1,300}"
        at = end
    return made + _literal(text[at:])


def _literal(text: str) -> str:
    """Return a pattern for a text, which people can still read."""
    return re.escape(text).replace("\\ ", " ")


def _changing(line: str) -> list[re.Match[str]]:
    """Return what changes, in order, none of it overlapping."""
    found = [match for part in PARTS for match in part.finditer(line)]
    kept: list[re.Match[str]] = []
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if not kept or match.start() >= kept[-1].end():
            kept.append(match)
    return kept
