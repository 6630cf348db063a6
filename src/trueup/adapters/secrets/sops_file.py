"""A SOPS file of any format, told apart by what is in it: names of files do not matter.

Knows nothing of keys.
"""

import re
from collections.abc import Callable, Iterator

from trueup.adapters.secrets import sops_json, sops_lines, sops_yaml
from trueup.adapters.secrets.sealed import LARGEST, Leaf, Place, Sealed, UnreadableError


def taken_apart(data: bytes) -> Sealed:
    """Return a SOPS file of any format.

    Raises:
        UnreadableError: it is none, or damaged.
    """
    if len(data) > LARGEST:
        raise UnreadableError(f"it is larger than {LARGEST >> 20} MiB")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError("it is not text") from error
    read = _format(text)
    if read is None:
        raise UnreadableError("it is not a SOPS file")
    return _split(list(read(text)))


def is_sealed(text: str) -> bool:
    """Whether a text looks like a SOPS file."""
    return _format(text) is not None


def _format(text: str) -> Callable[[str], Iterator[Leaf]] | None:
    if text.lstrip()[:1] == "{":
        return sops_json.leaves if '"sops"' in text else None
    if re.search(r"^sops_mac=", text, re.MULTILINE):
        return sops_lines.dotenv
    if re.search(r"^\[sops\]", text, re.MULTILINE):
        return sops_lines.ini
    return sops_yaml.leaves if re.search(r"^sops:", text, re.MULTILINE) else None


def _split(every: list[Leaf]) -> Sealed:
    leaves = tuple(one for one in every if one.place[0] != "sops")
    about: dict[Place, str] = {}
    for one in every:
        if one.place[0] == "sops":
            about.setdefault(one.place[1:], one.text)
    if not about:
        raise UnreadableError("it is not a SOPS file: it has no sops section")
    return Sealed(leaves, about)
