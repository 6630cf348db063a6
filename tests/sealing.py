"""Encrypts as sops and age do, with keys that are made at test time. Shares no code with src."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyrage
import yaml
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MODIFIED = "2026-01-02T03:04:05Z"


@dataclass(frozen=True)
class Key:
    """An age identity."""

    identity: Any = field(default_factory=pyrage.x25519.Identity.generate)

    @property
    def secret(self) -> str:
        """What a key file holds."""
        return f"# made for one test\n{self.identity}\n"

    @property
    def recipient(self) -> str:
        """Whom to encrypt for."""
        return str(self.identity.to_public())

    def age(self, data: bytes) -> bytes:
        """Return what only this key opens."""
        return bytes(pyrage.encrypt(data, [self.identity.to_public()]))

    def sops_yaml(self, values: Mapping[str, Any]) -> str:
        """Return a SOPS file in YAML."""
        return yaml.safe_dump(self._sealed(values), sort_keys=False)

    def sops_json(self, values: Mapping[str, Any]) -> str:
        """Return a SOPS file in JSON."""
        return json.dumps(self._sealed(values), indent=1)

    def sops_dotenv(self, values: Mapping[str, str]) -> str:
        """Return a SOPS file of variables."""
        sealed = self._sealed(values)
        about = sealed.pop("sops")
        (recipient,) = about.pop("age")
        flat = {f"age__list_0__map_{name}": said for name, said in recipient.items()}
        flat |= {name: said for name, said in about.items() if isinstance(said, str)}
        lines = [f"{name}={said}" for name, said in sealed.items()]
        lines += [f"sops_{n}={said.replace(chr(10), chr(92) + 'n')}" for n, said in flat.items()]
        return "\n".join(lines) + "\n"

    def _sealed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        key, total = os.urandom(32), hashlib.sha512()
        for plain in _leaves(values):
            total.update(plain)
        sealed: dict[str, Any] = _encrypted(values, key, "")
        mac = _enc(key, total.hexdigest().upper().encode(), MODIFIED, "str")
        armoured = pyrage.encrypt(key, [self.identity.to_public()], armored=True).decode()
        return {
            **sealed,
            "sops": {
                "age": [{"recipient": self.recipient, "enc": armoured}],
                "lastmodified": MODIFIED,
                "mac": mac,
                "unencrypted_suffix": "_unencrypted",
                "version": "3.10.2",
            },
        }


def _encrypted(value: Any, key: bytes, path: str) -> Any:
    match value:
        case Mapping():
            return {name: _encrypted(one, key, f"{path}{name}:") for name, one in value.items()}
        case list():
            return [_encrypted(one, key, path) for one in value]
        case _:
            return _enc(key, _plain(value), path, _type(value))


def _enc(key: bytes, plain: bytes, bound: str, kind: str) -> str:
    if not plain:
        return ""
    nonce = os.urandom(32)
    out = AESGCM(key).encrypt(nonce, plain, bound.encode())
    data, iv, tag = (base64.b64encode(part).decode() for part in (out[:-16], nonce, out[-16:]))
    return f"ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]"


def _leaves(value: Any) -> Iterator[bytes]:
    match value:
        case Mapping():
            for one in value.values():
                yield from _leaves(one)
        case list():
            for one in value:
                yield from _leaves(one)
        case _:
            yield _plain(value)


def _plain(value: Any) -> bytes:
    return str(value).encode()


def _type(value: Any) -> str:
    return {str: "str", int: "int", float: "float", bool: "bool"}[type(value)]
