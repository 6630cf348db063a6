"""People with keys: made at test time, they sign commits and tags of an `Origin`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.adapters.repos import Origin, git

PATH = os.environ["PATH"]


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs. `public` is a file for `allowedSigners` or `gpgKeys`."""

    options: tuple[str, ...]
    public: Path
    key: Path | None = None
    home: str = ""

    def commit(self, origin: Origin, content: str, file: str = "a") -> str:
        """Commit with a signature and push; return the commit."""
        (origin.work / file).parent.mkdir(parents=True, exist_ok=True)
        (origin.work / file).write_text(content)
        self.git(origin, "add", "-A")
        self.git(origin, "commit", "-q", "--allow-empty", "-S", "-m", content[:20])
        return origin.push()

    def tag(self, origin: Origin, name: str) -> None:
        """Tag the last commit with a signature and push the tag."""
        self.git(origin, "tag", "-s", "-m", name, name)
        git(origin.work, "push", "-q", "--force", str(origin.path), name)

    def git(self, origin: Origin, *args: str) -> str:
        """Run git in the work tree as this person."""
        more = {"GNUPGHOME": self.home} if self.home else {}
        return git(origin.work, *self.options, *args, more=more)


def ssh(place: Path, name: str = "ann", options: str = "", kind: str = "ed25519") -> Signer:
    """Return somebody with an SSH key, as an allowed signer."""
    key = place / f"{name}.key"
    place.mkdir(parents=True, exist_ok=True)
    _run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(key))
    allowed = place / f"{name}.allowed"
    words = (f"{name}@example.org", options, key.with_suffix(".key.pub").read_text())
    allowed.write_text(" ".join(filter(None, words)))
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
    return Signer(signing, allowed, key.with_suffix(".key.pub"))


@contextmanager
def gpg(place: Path, name: str = "ann", expires: str = "never") -> Iterator[Signer]:
    """Yield somebody with a GPG key; the agent that signs ends with the context."""
    place.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="tu-"))  # the agent's socket needs a short path
    address = f"{name}@example.org"
    own = ("gpg", "--batch", "--homedir", str(home))
    try:
        person = f"{name} <{address}>"
        make = ("--passphrase", "", "--quick-gen-key", person, "ed25519", "sign", expires)
        _run(*own, *make)
        public = place / f"{name}.asc"
        public.write_text(_run(*own, "--armor", "--export", address))
        signing = ("-c", "gpg.format=openpgp", "-c", f"user.signingKey={address}")
        yield Signer(signing, public, home=str(home))
    finally:
        _run("gpgconf", "--homedir", str(home), "--kill", "all")
        shutil.rmtree(home, ignore_errors=True)


def _run(*argv: str) -> str:
    done = subprocess.run(
        argv, env={"PATH": PATH}, capture_output=True, timeout=60, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
