"""The key of this installation's digests. Survives the loss of the state directory.

Digests in public status files are keyed, so that a weak secret cannot be guessed from
them. The key is also a label on our containers: where the state directory is lost, it is
taken from there, and nothing is redeployed.
"""

import re
import secrets
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from trueup.adapters.disk.records import replace_file
from trueup.model.errors import ToolError

FORM = re.compile(r"[0-9a-f]{32}")

ONE = threading.Lock()
"""Workers that start together must not each make a key of their own."""


def salt(state: Path, on_host: Callable[[], str], *, keep: bool = True) -> str:
    """Return the key; where there is none, make one, and keep it if asked to.

    `on_host` finds the one that our containers carry.
    """
    with ONE:
        if known := kept(state):
            return known
        found = on_host() or secrets.token_hex(16)
        if keep:
            replace_file(state / "salt", found + "\n", mode=0o600)
        return found


def kept(state: Path) -> str:
    """Return the key in the state directory; empty where there is none, or it is damaged."""
    try:
        said = (state / "salt").read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    return said if is_key(said) else ""


def is_key(said: str) -> bool:
    """Whether a text can be a key that was made here."""
    return FORM.fullmatch(said) is not None


def refuse_foreign(state: Path, key: str, on_host: Collection[str]) -> None:
    """See that a key is one that our containers carry, where there are any.

    Raises:
        ToolError: it is another one, and so each of them would seem to be out of date.
    """
    if on_host and key not in on_host:
        what = f"{state / 'salt'} does not belong to the containers on this host"
        why = "with another key of digests every service would be deployed anew"
        fix = "Restore that file, or remove it to use the key that they carry; start Trueup again."
        raise ToolError(what, why, fix)
