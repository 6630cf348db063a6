"""Secrets by reference, and what stands for them: a token that names a value by its digest.

A token is all that compose, release files and digests ever see of a value. Knows neither
where values are kept nor how they are decrypted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

DIGITS = "[0-9a-f]{16}"
TOKEN = re.compile(rf"trueup-secret-({DIGITS})")
VARIABLE = "TRUEUP_SECRET_"
"""How the variable begins that compose is given in place of a token; its digest follows."""


@dataclass(frozen=True, slots=True)
class FromEnv:
    """A variable of Trueup's own environment."""

    name: str


@dataclass(frozen=True, slots=True)
class FromFile:
    """A file on the host that Trueup runs on."""

    path: str


@dataclass(frozen=True, slots=True)
class FromSops:
    """A value of a SOPS file. `key` is dotted; empty where the file is one value."""

    path: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class FromAge:
    """A file that age has encrypted."""

    path: str


@dataclass(frozen=True, slots=True)
class FromEnvFile:
    """A variable of an encrypted env file."""

    path: str
    name: str


Reference = FromEnv | FromFile | FromSops | FromAge | FromEnvFile


@dataclass(frozen=True, slots=True)
class Revealed:
    """A secret that could be read: the digest of its value, and where its file will be.

    `sealed` is what stands for the value in an encrypted env file.
    """

    name: str
    digest: str
    file: str
    origin: Reference
    sealed: str = field(default="", repr=False)

    @property
    def token(self) -> str:
        """What stands for the value."""
        return f"trueup-secret-{self.digest}"


def as_words(reference: Reference) -> dict[str, str]:
    """Return a reference as a release file keeps it."""
    match reference:
        case FromEnv(name):
            return {"env": name}
        case FromFile(path):
            return {"file": path}
        case FromSops(path, key):
            return {"sops": path, "key": key}
        case FromAge(path):
            return {"age": path}
        case FromEnvFile(path, name):
            return {"envFile": path, "key": name}
        case _:
            assert_never(reference)


def from_words(kept: Mapping[str, str]) -> Reference:
    """Return the reference that a release file keeps; an encrypted file is read from its copy."""
    path = kept.get("copy", "")
    match kept:
        case {"env": name}:
            return FromEnv(name)
        case {"file": file}:
            return FromFile(file)
        case {"sops": there}:
            return FromSops(path or there, kept.get("key", ""))
        case {"envFile": there}:
            return FromEnvFile(path or there, kept.get("key", ""))
        case _:
            return FromAge(path or kept.get("age", ""))


def encrypted(reference: Reference) -> str:
    """Return the encrypted file that a secret is in; empty where it is in none."""
    match reference:
        case FromSops() | FromAge() | FromEnvFile():
            return reference.path
        case FromEnv() | FromFile():
            return ""
        case _:
            assert_never(reference)


def tokens(value: Any) -> Iterator[str]:
    """Yield the digests of all secrets that stand anywhere in a value."""
    match value:
        case str():
            yield from TOKEN.findall(value)
        case Mapping():
            for key, one in value.items():
                yield from tokens(key)
                yield from tokens(one)
        case list() | tuple():
            for one in value:
                yield from tokens(one)
        case _:
            return


def filled(text: str, value_of: Callable[[str], str | None]) -> str:
    """Return a text with values in place of tokens; a token of no known value stays."""
    return TOKEN.sub(lambda found: value_of(found[1]) or found[0], text)
