"""The bytes of a container's log as text: frames taken apart, only the end kept.

Pure: the bytes come from someone else.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

TAIL = 256 * 1024  # bytes that are kept
HEADER = 8  # bytes before each piece: the output it came from, and its size


def tail(pieces: Iterable[bytes]) -> str:
    """Return the last 256 KiB as text."""
    kept = bytearray()
    for piece in pieces:
        kept += piece
        if len(kept) > 2 * TAIL:
            del kept[:-TAIL]
    return bytes(kept[-TAIL:]).decode(errors="replace")


def unframed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of a log without their headers, in the order they were written."""
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= HEADER:
            end = HEADER + int.from_bytes(buffer[4:HEADER], "big")
            if len(buffer) < end:
                break
            yield bytes(buffer[HEADER:end])
            del buffer[:end]


def seconds(moment: str) -> str:
    """Return an RFC 3339 time as the engine wants it; empty for empty."""
    return f"{max(0.0, datetime.fromisoformat(moment).timestamp()):.6f}" if moment else ""
