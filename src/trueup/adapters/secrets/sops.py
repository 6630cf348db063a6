"""Decrypts SOPS files and checks their MAC. Knows the format, not where keys come from.

A value is sealed where it looks sealed, whatever the rules in the metadata say: they may
be edited by anyone, and the MAC tells whether the whole is what was written.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trueup.adapters.secrets.sealed import Leaf, Place, Sealed, UnreadableError

VALUE = re.compile(r"ENC\[AES256_GCM,data:(.*),iv:(.+),tag:(.+),type:(\w+)\]\Z", re.DOTALL)
KEY = 32
# What SOPS begins the digest with where the MAC covers sealed values only.
ONLY_SEALED = bytes.fromhex("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69")
OTHERS = {
    "pgp": "PGP",
    "kms": "AWS KMS",
    "gcp_kms": "GCP KMS",
    "azure_kv": "Azure Key Vault",
    "hc_vault": "HashiCorp Vault",
}

Unlock = Callable[[Sequence[str]], bytes]
"""Opens the first of some age texts."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A value in the clear; `sealed` is what stands in the file."""

    place: Place
    value: bytes = field(repr=False)
    sealed: str = field(repr=False)


def opened(file: Sealed, unlock: Unlock) -> tuple[Opened, ...]:
    """Return every value of a file whose MAC is right.

    Raises:
        UnreadableError: there is no key for it, or it was tampered with.
    """
    key = _data_key(file, unlock)
    leaves = [_clear(leaf, key) for leaf in file.leaves]
    _check(file, leaves, key)
    return tuple(
        Opened(leaf.place, _text(was, leaf), was.text)
        for was, leaf in zip(file.leaves, leaves, strict=True)
    )


def value_at(values: Sequence[Opened], key: str) -> bytes:
    """Return the value under a dotted key; the only value of a file where the key is empty.

    Raises:
        UnreadableError: there is none.
    """
    if not key:
        if [one.place for one in values] == [("data",)]:
            return values[0].value
        raise UnreadableError("it holds several values, and none is named")
    for one in values:
        if key in {".".join(map(str, one.place)), str(one.place[-1]) if _flat(one) else ""}:
            return one.value
    raise UnreadableError(f"it has no value under the key {key}")


def _flat(one: Opened) -> bool:
    """Whether a value needs no section: those of INI files that stand before any."""
    return len(one.place) == 1 or one.place[0] == "DEFAULT"


def _data_key(file: Sealed, unlock: Unlock) -> bytes:
    if any(place[:1] == ("key_groups",) for place in file.about):
        raise UnreadableError("its key is split over several groups of keys")
    armoured = list(file.listed("age", "enc"))
    if not armoured:
        names = [name for field_, name in OTHERS.items() if any(file.listed(field_, "enc"))]
        raise UnreadableError(
            f"it is encrypted for {' and '.join(names) or 'nobody'}, not for age"
        )
    key = unlock(armoured)
    if len(key) != KEY:
        raise UnreadableError("its key is not one of AES-256")
    return key


def _clear(leaf: Leaf, key: bytes) -> Leaf:
    found = VALUE.match(leaf.text)
    if found is None:
        return leaf
    try:
        plain = _decrypted(found, key, leaf.path)
    except UnreadableError as error:
        where = ".".join(map(str, leaf.place))
        raise UnreadableError(f"{where} was tampered with, or moved here") from error
    return replace(leaf, plain=plain)


def _decrypted(found: "re.Match[str]", key: bytes, bound: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data, nonce, tag = (base64.b64decode(part, validate=True) for part in found.groups()[:3])
        return AESGCM(key).decrypt(nonce, data + tag, bound.encode())
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise UnreadableError("it does not decrypt") from error


def _check(file: Sealed, leaves: Sequence[Leaf], key: bytes) -> None:
    """Refuse a file in which anything was added, removed, moved or replaced."""
    found = VALUE.match(file.said("mac"))
    if found is None:
        raise UnreadableError("it has no MAC")
    try:
        said = _decrypted(found, key, file.said("lastmodified"))
    except UnreadableError as error:
        raise UnreadableError("its MAC was tampered with") from error
    only = file.said("mac_only_encrypted").lower() == "true"
    total = hashlib.sha512(ONLY_SEALED if only else b"")
    for was, leaf in zip(file.leaves, leaves, strict=True):
        if not only or VALUE.match(was.text):
            total.update(leaf.plain)
    if not hmac.compare_digest(total.hexdigest().upper().encode(), said.upper()):
        raise UnreadableError("its MAC does not match: it was changed without SOPS")


def _text(was: Leaf, leaf: Leaf) -> bytes:
    """Return a value as a program gets it: YAML's true is true, not True."""
    found = VALUE.match(was.text)
    if found is None:
        return was.text.encode()
    return leaf.plain.lower() if found[4] == "bool" else leaf.plain


def by_name(values: Sequence[Opened]) -> Mapping[str, Opened]:
    """Return the values of a flat file as variables.

    Raises:
        UnreadableError: some are nested.
    """
    if not all(_flat(one) for one in values):
        raise UnreadableError("it is not flat, so it is no list of variables")
    return {str(one.place[-1]): one for one in values}
