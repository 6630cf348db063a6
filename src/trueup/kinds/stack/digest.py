"""Digests of inputs. Keyed, so that a digest in a public status file betrays no secret."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from trueup.model.spelled import spelled

LENGTH = 16


def digest(value: Any, salt: str) -> str:
    """Return the keyed digest of any JSON value, in 16 hexadecimal digits.

    Equal values have equal digests whatever the order of their keys.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = hashlib.sha256(salt.encode()).digest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=LENGTH // 2).hexdigest()


def combined(parts: Mapping[str, str], salt: str) -> str:
    """Return one digest of many named digests."""
    return digest(sorted(parts.items()), salt)


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """Return what differs between two component maps, as people say it."""
    said = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            verb = "added" if name not in old else "removed" if name not in new else "changed"
            said.append(f"{spelled(name)} {verb}")
    return tuple(said)
