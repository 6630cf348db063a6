"""The name of a resource, and all that the queue carries."""

import re
from dataclasses import dataclass

DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which resource: a kind and a name that is unique within the kind.

    A key says nothing about what happened to the resource: whoever takes it from the
    queue looks at everything anew.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def parse_key(text: str, *, default_kind: str = "Stack") -> Key:
    """Return the key that a person wrote as `Stack/web`, `stack/web` or `web`.

    Raises:
        ValueError: the name is not a DNS label, or there are too many slashes.
    """
    kind, _, name = text.rpartition("/")
    kind = (kind or default_kind).capitalize()
    if not DNS_LABEL.match(name) or "/" in kind:
        raise ValueError(f"{text!r} is not a key: write it as {default_kind}/NAME or NAME")
    return Key(kind, name)
