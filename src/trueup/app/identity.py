"""The key of this installation's digests. Survives the loss of the state directory.

Digests in public status files are keyed, so that a weak secret cannot be guessed from
them. The key is also a label on our containers: where the state directory is lost, it is
taken from there, and nothing is redeployed.
"""

import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from trueup.adapters.disk.records import replace_file

ONE = threading.Lock()
"""Workers that start together must not each make a key of their own."""


def salt(state: Path, on_host: Callable[[], str], *, keep: bool = True) -> str:
    """Return the key; where there is none, make one, and keep it if asked to.

    `on_host` finds the one that our containers carry.
    """
    with ONE:
        if known := _kept(state / "salt"):
            return known
        found = on_host() or secrets.token_hex(16)
        if keep:
            replace_file(state / "salt", found + "\n", mode=0o600)
        return found


def _kept(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
