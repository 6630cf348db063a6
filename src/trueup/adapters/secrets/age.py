"""Decrypts what age has encrypted, with the identities of one key file."""

from collections.abc import Sequence
from typing import Any

from trueup.adapters.secrets.sealed import UnreadableError
from trueup.model.redaction import know


class Keys:
    """The identities that a key file holds; what is not one is left out.

    Raises:
        UnreadableError: there is none, or one is damaged.
    """

    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.splitlines()]
        said = [line for line in lines if line and not line.startswith("#")]
        for line in said:
            know(line)
        self._identities = [_identity(line) for line in said]
        if not said:
            raise UnreadableError("it holds no identity")

    def decrypt(self, data: bytes) -> bytes:
        """Return what was encrypted, armoured or not.

        Raises:
            UnreadableError: it is damaged, or for other keys.
        """
        import pyrage

        try:
            return bytes(pyrage.decrypt(data, self._identities))
        except pyrage.DecryptError as error:
            raise UnreadableError("it is damaged, or encrypted for other keys") from error

    def first(self, every: Sequence[str]) -> bytes:
        """Return what the first text holds that these keys open.

        Raises:
            UnreadableError: they open none.
        """
        for one in every:
            try:
                return self.decrypt(one.encode())
            except UnreadableError:
                continue
        raise UnreadableError(f"none of its {len(every)} age recipients has a key here")


def _identity(line: str) -> Any:
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(line)
    except (IdentityError, ValueError) as error:
        why = "a line is not an identity that begins with AGE-SECRET-KEY-1"
        raise UnreadableError(why) from error
