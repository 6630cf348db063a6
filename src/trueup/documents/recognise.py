"""Which YAML is ours, told from compose files and everybody else's YAML beside it."""

import re
from collections.abc import Iterable
from typing import Any

from trueup.model.key import DNS_LABEL, Key

API_VERSION = "trueup/v1"
MOST_COMMENTS = 1 << 16
KINDS = ("Stack", "Run", "Session", "Policy")
OURS = re.compile(r"apiVersion[\"']?\s*:\s*[\"']?trueup/")
NAME = re.compile(
    r"^metadata:[^\n]*\n(?:[ \t#][^\n]*\n)*?[ \t]+name:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE
)
KIND = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)


def hint(kinds: Iterable[str]) -> re.Pattern[bytes]:
    """Return a pattern that is in the bytes of every file that could be ours."""
    names = "|".join(map(re.escape, sorted({*KINDS, *kinds})))
    return re.compile(rf"trueup/|\bkind[\"']?\s*:\s*[\"']?(?:{names})\b".encode())


def says_nothing(data: bytes) -> bool:
    """Whether a file is empty, comments only, or cut off before it says whose it is.

    That is how a file looks while it is written, or after the disk was full: what it held
    need not be gone.
    """
    if len(data) > MOST_COMMENTS:
        return False
    lines = (line.strip() for line in data.splitlines())
    said = b" ".join(line for line in lines if line and not line.startswith((b"#", b"---")))
    return f"apiVersion: {API_VERSION}".encode().startswith(said)


def says_it_is_ours(text: str) -> bool:
    """Whether text that cannot be read as YAML says that it is one of our documents."""
    return OURS.search(text) is not None


def is_ours(body: Any, kinds: Iterable[str]) -> bool:
    """Whether a document is meant for us, even where its apiVersion is wrong.

    A group with a dot, such as `apps.example.org/v1`, is somebody else's, whatever the kind.
    A status file is an answer of ours, not a wish.
    """
    if not isinstance(body, dict):
        return False
    if "summary" in body and "status" in body:
        return False
    version = str(body.get("apiVersion") or "")
    if version.startswith("trueup/"):
        return True
    if "services" in body or "." in version.partition("/")[0]:
        return False
    return "metadata" in body and body.get("kind") in (*KINDS, *kinds)


def key_of(body: Any) -> Key | None:
    """Return the key of a document that may be wrong in any other place."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return _key(body.get("kind"), name) if isinstance(body, dict) else None


def likely_key(text: str) -> Key | None:
    """Return the key that text which cannot be read as YAML most likely has."""
    kind, name = KIND.search(text), NAME.search(text)
    return _key(kind[1], name[1]) if kind and name else None


def _key(kind: Any, name: Any) -> Key | None:
    known = isinstance(kind, str) and isinstance(name, str) and DNS_LABEL.match(name)
    return Key(kind, name) if known else None
