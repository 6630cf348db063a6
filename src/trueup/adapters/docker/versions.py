"""Which version a program is, asked once for each binary and kept on disk for the next process.

Starting a program for its version costs more than looking at fifty stacks. A file of ours
that is missing or damaged costs one start. Knows nothing of what the program does.
"""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from trueup.adapters.disk.records import replace_file
from trueup.model.errors import TrueupError

Identity = list[str | int]


class Versions:
    """Versions by what identifies a binary; `kept` is the file, None to keep nothing."""

    def __init__(self, kept: Path | None = None, *, read_only: bool = False) -> None:
        self._kept, self._read_only = kept, read_only
        self._identity: Identity = []
        self._version = ""

    def of(self, program: str, ask: Callable[[], str]) -> str:
        """Return the version of a program; `ask` starts it."""
        identity = _identity(program)
        if identity != self._identity:
            self._version = self._known(identity) or self._asked(identity, ask)
            self._identity = identity
        return self._version

    def _known(self, identity: Identity) -> str:
        try:
            said = json.loads(self._kept.read_text(encoding="utf-8")) if self._kept else {}
            return str(said["version"]) if said["identity"] == identity else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _asked(self, identity: Identity, ask: Callable[[], str]) -> str:
        version = ask()
        if self._kept and not self._read_only:
            text = json.dumps({"identity": identity, "version": version})
            with contextlib.suppress(TrueupError):
                replace_file(self._kept, text, durable=False, mode=0o600)
        return version


def _identity(program: str) -> Identity:
    path = shutil.which(program) or program
    try:
        found = Path(path).stat()
    except OSError:
        return [path]
    return [path, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]
