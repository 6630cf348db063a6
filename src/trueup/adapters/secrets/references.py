"""Reads what a reference points at, as far as `trueup.yaml` allows it.

Whoever writes a document chooses the reference, so only named variables and directories
are open to it. Knows nothing of what becomes of the value.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import assert_never

from trueup.adapters.secrets.age import Keys
from trueup.adapters.secrets.sealed import LARGEST, UnreadableError
from trueup.adapters.secrets.sops import Opened, by_name, opened, value_at
from trueup.adapters.secrets.sops_file import taken_apart
from trueup.model.errors import SpecError
from trueup.model.secret import FromAge, FromEnv, FromEnvFile, FromFile, FromSops, Reference


@dataclass(frozen=True, slots=True)
class References:
    """What may be read.

    `environment` is Trueup's own; `allowed` are patterns of names in it, `folders` the
    directories that files may be read from. Age keys are in `key_files` and `key_variables`.
    """

    environment: Mapping[str, str]
    allowed: Sequence[str]
    folders: Sequence[Path]
    key_files: Sequence[Path] = ()
    key_variables: Sequence[str] = ()

    def read(self, reference: Reference) -> bytes:
        """Return the value of a secret; it is never empty.

        Raises:
            SpecError: it is not allowed, not there, or cannot be decrypted.
        """
        match reference:
            case FromEnv(name):
                value = self._variable(name).encode(errors="surrogateescape")
            case FromFile(path):
                value = self._file(path)
            case FromAge(path):
                value = self._decrypted(path)
            case FromSops(path, key):
                with _telling(path):
                    value = value_at(self._opened(path), key)
            case FromEnvFile(path, name):
                value = next((v for n, _, v in self.variables(path) if n == name), b"")
            case _:
                assert_never(reference)
        if not value:
            raise SpecError(f"{said(reference)} is empty", "", "Give it a value.")
        return value

    def variables(self, path: str) -> Iterator[tuple[str, str, bytes]]:
        """Yield name, sealed text and value of every variable of an encrypted env file.

        Raises:
            SpecError: it cannot be decrypted, or is no list of variables.
        """
        with _telling(path):
            values = self._opened(path)
            if [one.place for one in values] == [("data",)]:
                yield from _lines(values[0].value)
                return
            for name, one in by_name(values).items():
                yield name, one.sealed, one.value

    def _variable(self, name: str) -> str:
        if not any(fnmatchcase(name, pattern) for pattern in self.allowed):
            fix = f"Add it there: secrets: {{env: [{name}]}}."
            raise SpecError(
                f"the variable {name} is no secret", "trueup.yaml does not name it", fix
            )
        if name not in self.environment:
            fix = "Set it where Trueup is started."
            raise SpecError(f"the variable {name} is not set", "Trueup runs without it", fix)
        return self.environment[name]

    def _file(self, path: str) -> bytes:
        real = Path(os.path.realpath(path))
        if not any(real.is_relative_to(os.path.realpath(one)) for one in self.folders):
            fix = f"Add it there: secrets: {{files: [{Path(path).parent}]}}."
            why = "trueup.yaml allows no directory that it is in"
            raise SpecError(f"the file {path} is no secret", why, fix)
        return _content(path)

    def _decrypted(self, path: str) -> bytes:
        with _telling(path):
            return self._keys(path).decrypt(_content(path))

    def _opened(self, path: str) -> tuple[Opened, ...]:
        file = taken_apart(_content(path))
        return opened(file, lambda texts: self._keys(path).first(texts))

    def _keys(self, path: str) -> Keys:
        what, fix = f"{path} cannot be decrypted", "Put the key there."
        texts = [*map(self._key_file(path), self.key_files), *map(self._key, self.key_variables)]
        if not texts:
            fix = "Name one in trueup.yaml as secrets: {age: {keyFile: FILE}}, made by age-keygen."
            raise SpecError(what, "there is no age key", fix)
        try:
            return Keys("\n".join(texts))
        except UnreadableError as error:
            where = ", ".join([*map(str, self.key_files), *self.key_variables])
            raise SpecError(
                what, f"the age key in {where} cannot be used: {error}", fix
            ) from error

    def _key_file(self, path: str) -> Callable[[Path], str]:
        def read(file: Path) -> str:
            try:
                return file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not text"
                why = f"the age key in {file} cannot be used: {reason}"
                raise SpecError(
                    f"{path} cannot be decrypted", why, "Put the key there."
                ) from error

        return read

    def _key(self, variable: str) -> str:
        return self.environment.get(variable, "")


def said(reference: Reference) -> str:
    """Return what a reference points at, in words."""
    match reference:
        case FromEnv(name):
            return f"the variable {name}"
        case FromFile(path) | FromAge(path):
            return f"the file {path}"
        case FromSops(path, key) | FromEnvFile(path, key):
            return f"{key or 'the value'} in {path}"
        case _:
            assert_never(reference)


class _telling:  # noqa: N801 - reads as a verb
    """Say which file it was that could not be read."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, UnreadableError):
            fix = "Encrypt it with sops or age for this host's key, and commit it again."
            raise SpecError(f"{self._path} cannot be decrypted", str(error), fix) from None


def _content(path: str) -> bytes:
    try:
        if not Path(path).is_file():  # a pipe would be waited for
            raise FileNotFoundError(2, "there is no such file")
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        why = error.strerror or "unknown"
        raise SpecError(f"the file {path} cannot be read", why, "Correct the path.") from error
    if len(data) > LARGEST:
        why = f"it is larger than {LARGEST >> 20} MiB"
        raise SpecError(f"the file {path} cannot be read", why, "Secrets are small.")
    return data


def _lines(data: bytes) -> Iterator[tuple[str, str, bytes]]:
    for line in data.decode(errors="replace").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            yield name.strip(), "", value.strip().encode()
