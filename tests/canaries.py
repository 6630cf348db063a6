"""Secrets to be looked for, in every form that they could leak in."""

import base64
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus


def canary(name: str) -> str:
    """Return a new secret with characters that every way of quoting changes."""
    return f"Canary-{name}-{secrets.token_hex(6)}/$+%& \"'é"


def forms(value: str) -> Iterator[str]:
    """Yield what a value looks like as it is, quoted, encoded and at any place of base64."""
    yield value
    yield from (quote(value), quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1])
    data = value.encode()
    yield data.hex()
    for before in (b"", b"x", b"xx"):
        coded = base64.b64encode(before + data + b"xxx").decode()
        yield coded[4:-8]
        yield coded[4:-8].replace("+", "-").replace("/", "_")


def leaks(value: str, text: str) -> list[str]:
    """Return the forms of a value that a text has, also where it is split over lines."""
    flat = re.sub(r"\s+", "", text)
    return [one for one in forms(value) if one in text or re.sub(r"\s+", "", one) in flat]


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and content of every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path), path.read_bytes().decode(errors="replace")
