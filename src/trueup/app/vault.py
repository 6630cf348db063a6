"""The secrets of one installation: read when a stack is looked at, kept in memory while used.

A digest is all that leaves it, but for two places: files in memory that containers mount,
and the environment of `docker compose`. What it has read is masked from then on.
"""

import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.adapters.secrets.memory import Kept, MemoryFiles, default_directory
from trueup.kinds.stack.digest import digest
from trueup.model.errors import SpecError
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.ports import Emit, Project
from trueup.model.redaction import know
from trueup.model.secret import (
    VARIABLE,
    FromEnvFile,
    Reference,
    Revealed,
    encrypted,
    from_words,
    tokens,
)
from trueup.settings import SecretSettings, environment

if TYPE_CHECKING:  # where nothing is encrypted, what decrypts is not imported
    from trueup.adapters.secrets.references import References

Model = Mapping[str, Any]


class Vault:
    """Implements `Secrets`, and puts values where containers get them.

    Args:
        settings: what documents may use, and the key that decrypts.
        salt: the key of this installation's digests; asked for when it is needed.
        emit: where events go.
    """

    def __init__(self, settings: SecretSettings, salt: Callable[[], str], emit: Emit) -> None:
        self._top = settings.directory or default_directory(os.geteuid())
        self._salt, self._emit = salt, emit
        self._settings = settings
        self._known: dict[tuple[str, str], Kept] = {}
        self._read: dict[Reference, tuple[object, bytes]] = {}
        self._lock = threading.Lock()
        for folder in sorted(self._top.glob("*")):
            for one in MemoryFiles(folder).every():
                know(one.value)

    @cached_property
    def _references(self) -> "References":
        return _references(self._settings)

    def reveal(
        self, owner: Key, root: str, references: Mapping[str, Reference]
    ) -> tuple[Revealed, ...]:
        """Return the secrets that references point at.

        Raises:
            SpecError: one is not allowed, not there, or cannot be decrypted.
        """
        for one in references.values():
            if path := encrypted(one):
                _refuse_outside(root, path)
        return tuple(
            self._revealed(owner, name, one, self._value(one)) for name, one in references.items()
        )

    def variables(self, owner: Key, root: str, path: str) -> tuple[Revealed, ...] | None:
        """Return the variables of an encrypted env file; None where it is not encrypted."""
        if not _is_sealed(path):
            return None
        _refuse_outside(root, path)
        return tuple(
            self._revealed(owner, name, FromEnvFile(path, name), value, sealed)
            for name, sealed, value in self._references.variables(path)
            if value
        )

    def env_files(self, project: Project) -> tuple[str, ...]:
        """Return the encrypted files that services may take variables from."""
        from trueup.adapters.docker.compose_inputs import compose_inputs

        return tuple(path for path in compose_inputs(project).files if _is_sealed(path))

    def values(self, owner: Key, digests: Collection[str]) -> Mapping[str, str]:
        """Return the values of digests, as variables; those that are not known are left out."""
        found = {one: self._kept(_folder(owner), one) for one in digests}
        texts = {one: _text(kept.value) for one, kept in found.items() if kept}
        return {one: text for one, text in texts.items() if text is not None}

    def keep(self, compose: Model) -> None:
        """Put the secrets of a release into memory, where they are not there.

        Raises:
            TrueupError: a value cannot be had any more, or memory cannot be written.
        """
        for mark, said in _used(compose).items():
            files, name = self._files(), said["name"]
            if not files.path(said["owner"], mark, name).is_file():
                kept = self._kept(said["owner"], mark) or self._present(mark, said)
                files.put(kept)

    def environment(self, compose: Model) -> Mapping[str, str]:
        """Return the variables that a release file has in place of values.

        Raises:
            SpecError: a value is no text, or cannot be had any more.
        """
        wanted = set(tokens(compose))
        return {
            VARIABLE + mark: _variable(said["name"], self._used_value(mark, said))
            for mark, said in _used(compose).items()
            if mark in wanted
        }

    def clear(self, owner: Key, composes: Iterable[Model]) -> None:
        """Remove from memory what no release of a stack is left to use; the newest stays."""
        folder = _folder(owner)
        kept = {mark for one in composes for mark in _used(one)}
        with self._lock:
            kept |= {mark for name, mark in self._known if name == folder}
        self._files().clear(folder, kept)

    def forget(self, owner: Key) -> None:
        """Remove every secret of a stack that is gone from memory."""
        folder = _folder(owner)
        with self._lock:
            for name, mark in list(self._known):
                if name == folder:
                    del self._known[name, mark]
        self._files().clear(folder, ())

    def _used_value(self, mark: str, said: Mapping[str, str]) -> bytes:
        kept = self._kept(said["owner"], mark)
        if kept is None:
            kept = self._files().read(said["owner"], mark) or self._present(mark, said)
        return kept.value

    def _present(self, mark: str, said: Mapping[str, str]) -> Kept:
        """Return the value that a reference has now: it is all that is left of an old one."""
        owner, name = said["owner"], said["name"]
        value = self._value(from_words(said))
        know(value)
        if self._digest(owner, name, value) != mark:
            message = f"{owner}: the old value of secret {name} is lost; the present one is used"
            self._emit(Event(None, "secret-replaced", message, "warning"))
        return Kept(owner, mark, name, value)

    def _kept(self, owner: str, mark: str) -> Kept | None:
        """Return the very value of a digest, if this process or the memory has it."""
        with self._lock:
            if known := self._known.get((owner, mark)):
                return known
        found = self._files().read(owner, mark)
        if found is None or self._digest(owner, found.name, found.value) != mark:
            return None
        know(found.value)
        return found

    def _revealed(
        self, owner: Key, name: str, reference: Reference, value: bytes, sealed: str = ""
    ) -> Revealed:
        know(value)
        folder = _folder(owner)
        mark = self._digest(folder, name, value)
        with self._lock:
            self._known[folder, mark] = Kept(folder, mark, name, value)
            self._forget_older(folder, name, mark)
        file = str(self._files().path(folder, mark, name))
        return Revealed(name, mark, file, reference, sealed)

    def _forget_older(self, folder: str, name: str, mark: str) -> None:
        for (owner, other), kept in list(self._known.items()):
            if (owner, kept.name) == (folder, name) and other != mark:
                del self._known[owner, other]

    def _value(self, reference: Reference) -> bytes:
        """Read a reference; a file that was decrypted is read again when it has changed."""
        stamp = self._stamp(encrypted(reference))
        known = self._read.get(reference)
        if stamp is None or known is None or known[0] != stamp:
            known = self._read[reference] = (stamp, self._references.read(reference))
        return known[1]

    def _stamp(self, path: str) -> object:
        """Return what changes with an encrypted file or the keys; None where it is unknown."""
        if not path:
            return None
        try:
            files = [one.stat() for one in (Path(path), *self._references.key_files)]
        except OSError:
            return None
        return tuple((f.st_mtime_ns, f.st_ctime_ns, f.st_size, f.st_ino) for f in files)

    def _digest(self, owner: str, name: str, value: bytes) -> str:
        return digest([owner, name, value.decode("latin-1")], self._salt())

    def _files(self) -> MemoryFiles:
        return MemoryFiles(self._top / digest("installation", self._salt()))


def _references(settings: SecretSettings) -> "References":
    from trueup.adapters.secrets.references import References

    keys = settings.keys
    return References(
        environment=environment(),
        allowed=settings.env,
        folders=settings.files,
        key_files=tuple(Path(one.file) for one in keys if one.file),
        key_variables=tuple(one.env for one in keys if one.env),
    )


def _used(compose: Model) -> Mapping[str, Mapping[str, str]]:
    from trueup.kinds.stack.target import EXTENSION

    found: Mapping[str, Mapping[str, str]] = (compose.get(EXTENSION) or {}).get("secrets") or {}
    return found


def _folder(owner: Key) -> str:
    return f"{owner.kind}.{owner.name}"


def _text(value: bytes) -> str | None:
    """Return a value as a variable: without the line end that files have; None for no text."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.removesuffix("\n").removesuffix("\r")


def _variable(name: str, value: bytes) -> str:
    text = _text(value)
    if text is None:
        why = "it is not text, and so no variable"
        raise SpecError(f"secret {name} cannot be used as ${{{name}}}", why, "Mount it as a file.")
    return text


def _is_sealed(path: str) -> bool:
    from trueup.adapters.secrets.sealed import LARGEST
    from trueup.adapters.secrets.sops_file import is_sealed

    try:
        with Path(path).open(encoding="utf-8") as file:
            return is_sealed(file.read(LARGEST))
    except (OSError, ValueError):
        return False


def _refuse_outside(root: str, path: str) -> None:
    top = os.path.realpath(root)
    if not os.path.realpath(path).startswith(f"{top.rstrip('/')}/"):
        raise SpecError(
            f"{path} leaves the source",
            "encrypted files are read from their own source only",
            "Move the file into the source.",
        )
