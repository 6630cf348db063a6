"""A keyring for one verification, with the given public keys and nothing else in it.

It is thrown away afterwards, so that a key that was taken out of `trueup.yaml` does not
count any more. The user's own keyring is never read or written.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.process import environment, run
from trueup.model.errors import SpecError, ToolError

NOBODY = "false"
"""What is run in place of gpg where no GPG key is allowed: it accepts nothing."""
IMPORT = 30.0  # seconds
OPTIONS = (
    "batch",
    "no-autostart",  # no agent stays behind
    "no-tty",
    "no-auto-key-locate",
    "no-auto-key-retrieve",
    "no-auto-check-trustdb",
    "no-greeting",
    "trust-model always",  # a key that is in here was chosen by the host's owner
    "weak-digest SHA1",
)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The program that verifies, and what its environment needs to do so."""

    program: str
    variables: Mapping[str, str]


@contextmanager
def keyring(files: Sequence[str]) -> Iterator[Keyring]:
    """Yield a keyring that holds the keys in some files.

    Raises:
        SpecError: a file holds no public key.
        ToolError: gpg is not installed.
    """
    if not files:
        yield Keyring(NOBODY, {})
        return
    gpg = _program()
    with tempfile.TemporaryDirectory(prefix="trueup-keys-") as home:  # 0700
        Path(home, "gpg.conf").write_text("".join(f"{option}\n" for option in OPTIONS))
        for file in files:
            _import(gpg, home, file)
        yield Keyring(gpg, {"GNUPGHOME": home})


def _import(gpg: str, home: str, file: str) -> None:
    argv = (gpg, "--homedir", home, "--import", "--", file)
    done = run(argv, timeout=IMPORT, env=environment({"LC_ALL": "C"}), cwd="/")
    if done.code != 0:
        lines = done.err.decode(errors="replace").strip().splitlines()
        why = lines[0] if lines else "gpg gave no reason"
        fix = "Write it with: gpg --export --armor KEY"
        raise SpecError(f"{file} is not a file of GPG public keys", why, fix)


def _program() -> str:
    if found := shutil.which("gpg", path=environment().get("PATH")):
        return found
    why = "the source is verified with GPG keys"
    raise ToolError("gpg is not installed", why, "For example: apt-get install gnupg")
