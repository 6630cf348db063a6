"""`package-lock.json`, made anew by npm itself in a scratch folder; nothing of a package runs.

Where no npm is on this machine, that of the build's own base image does it, in a container
that is thrown away. A lock names no registry that the old one did not name.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli, failure
from trueup.adapters.indexes.owner import LABEL, owner
from trueup.model.errors import ToolError, TransientError, TrueupError

SECONDS = 180.0
LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
GIVEN = ("package.json", ".npmrc", *LOCKS)
OPTIONS = (
    *("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"),
    *("--no-update-notifier", "--loglevel=error"),
)
PASSED = re.compile(r"npm_config_\w+|NODE_EXTRA_CA_CERTS", re.IGNORECASE)
PASSING = re.compile(r"\b(?:EAI_AGAIN|ENOTFOUND|E(?:SOCKET)?TIMEDOUT|ECONNRE\w+|E50\d|E429)\b")
RESOLVED = re.compile(r'"resolved": "(https?://[^/"]+)')
NOT_STARTED = (125, 126, 127)  # what docker itself ends with
HOME = "/tmp/npm"  # noqa: S108 - in the container
LOCKED = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "1g")


@dataclass(frozen=True, slots=True)
class NodeLock:
    """Makes locks, on the machine or with the engine."""

    cli: DockerCli
    environ: Mapping[str, str]
    program: str | None = shutil.which("npm")

    def make(self, files: Mapping[str, str], image: str) -> str | None:
        """Return the new lock; None where npm finds no solution.

        Raises:
            TransientError: the registry does not answer now.
            ToolError: npm cannot be run.
        """
        name = next((one for one in LOCKS if one in files), LOCKS[0])
        with TemporaryDirectory(prefix="trueup-lock-") as folder:
            for one in GIVEN:
                if one in files:
                    (Path(folder) / one).write_text(files[one], "utf-8", newline="")
            done = self._run(Path(folder), [*OPTIONS, *_like(files.get(name))], image)
            said = done.err.decode(errors="replace")
            if done.code == 0:
                return _read(Path(folder) / name, files.get(name))
        if PASSING.search(said):
            raise TransientError("npm could not make a lock", _why(said), "It is tried again.")
        return None

    def _run(self, folder: Path, options: Sequence[str], image: str) -> process.Finished:
        if self.program:
            given = {name: value for name, value in self.environ.items() if PASSED.fullmatch(name)}
            env = process.environment(given)
            return process.run([self.program, *options], timeout=SECONDS, cwd=folder, env=env)
        return self._in_container(folder, options, image)

    def _in_container(self, folder: Path, options: Sequence[str], image: str) -> process.Finished:
        if not re.fullmatch(r"[\w][\w./:@-]{0,300}", image):
            raise ToolError("npm could not make a lock", "there is no npm", "Install npm.")
        name = f"trueup-npm-{secrets.token_hex(6)}"
        user = f"{os.getuid()}:{os.getgid()}"
        command = [
            *("docker", "run", "--rm", "--name", name, *LOCKED, "--user", user),
            *("--label", f"{LABEL}={owner()}"),
            *("--label", "trueup.probe=true", "--log-driver", "none", "--entrypoint", "npm"),
            *("--mount", f"type=bind,source={folder},target=/lock", "--workdir", "/lock"),
            *("--env", f"HOME={HOME}", "--", image, *options),
        ]
        try:
            done = process.run(command, timeout=SECONDS, env=self.cli.environment())
        except TrueupError:
            with suppress(TrueupError):
                self.cli.docker(["rm", "--force", "--", name])
            raise
        if done.code in NOT_STARTED:
            raise failure(command[:2], done.err.decode(errors="replace"))
        return done


def _like(old: str | None) -> Iterator[str]:
    """Yield the options for a lock that looks like the old one."""
    resolved = bool(RESOLVED.search(old or ""))
    yield f"--omit-lockfile-registry-resolved={'false' if resolved else 'true'}"
    with suppress(ValueError, AttributeError, RecursionError):
        version = json.loads(old or "{}").get("lockfileVersion")
        if version in {1, 2, 3}:
            yield f"--lockfile-version={version}"


def _read(path: Path, old: str | None) -> str | None:
    """Return a lock that names only hosts which the old one named."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    hosts = list(dict.fromkeys(RESOLVED.findall(old or "")))
    if not hosts:
        return text
    usual = max(hosts, key=(old or "").count)
    return RESOLVED.sub(lambda one: one[0] if one[1] in hosts else f'"resolved": "{usual}', text)


def _why(said: str) -> str:
    """Return what npm said, without addresses, which may hold credentials."""
    lines = [line for line in said.splitlines() if PASSING.search(line)]
    words = (lines[0] if lines else said)[:300].split()
    return " ".join(_host(word) if "://" in word else word for word in words)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "an address"
    except ValueError:
        return "an address"
