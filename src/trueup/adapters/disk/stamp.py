"""Texts with a digest of themselves, for files that only save time. Pure.

It tells damage and edits by hand, which would be believed otherwise. It is no signature.
"""

import hashlib

LENGTH = 64


def stamped(text: str) -> str:
    """Return a text behind its digest."""
    return f"{_digest(text)} {text}"


def unstamped(text: str) -> str:
    """Return what was stamped; empty where it is not as it was written."""
    said, rest = text[:LENGTH], text[LENGTH + 1 :]
    return rest if text[LENGTH : LENGTH + 1] == " " and said == _digest(rest) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
