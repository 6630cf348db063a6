"""The key of this installation's digests. Survives the loss of the state directory.

Digests in public status files are keyed, so that a weak secret cannot be guessed from
them. The key is also a label on our containers: where the state directory is lost, it is
taken from there, and nothing is redeployed.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from trueup.adapters.records import replace_file


def salt(state: Path, on_host: Callable[[], str]) -> str:
    """Return the key, and keep it. `on_host` finds the one that our containers carry."""
    path = state / "salt"
    if path.exists() and (known := path.read_text(encoding="ascii").strip()):
        return known
    found = on_host() or secrets.token_hex(16)
    replace_file(path, found + "\n", mode=0o600)
    return found
