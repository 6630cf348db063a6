"""One frozen value that says how Trueup works here, read once when it starts.

Flags beat `TRUEUP_*` beat `trueup.yaml` beat the defaults. The only reader of the
environment. Secrets are references here; `reveal` reads one at the moment it is needed.
How YAML is read and held against a schema it does not know: that is handed in.
"""

import json
import os
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from trueup.model.duration import seconds
from trueup.model.errors import Problem, SpecError

FILE = "trueup.yaml"
SPECS = "specs"
OVERRIDES = {
    "state": "TRUEUP_STATE",
    "context": "TRUEUP_CONTEXT",
    "concurrency": "TRUEUP_CONCURRENCY",
    "log": "TRUEUP_LOG",
    "probeImage": "TRUEUP_PROBE_IMAGE",
}
MINIMAL = f"sources:\n- name: apps\n  directory: {SPECS}\n"

Place = tuple[str | int, ...]
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is: an environment variable, or else a file."""

    env: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A login with a token over HTTPS."""

    secret: Secret
    user: str


@dataclass(frozen=True, slots=True)
class SshKey:
    """A login with a private key over SSH. Both are absolute paths of files."""

    key: str
    known_hosts: str


@dataclass(frozen=True, slots=True)
class Directory:
    """A source that is a folder on this machine. `path` is absolute."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Git:
    """A source that is a git repository. `path` is inside it; `interval` is in seconds."""

    name: str
    url: str
    branch: str
    path: str
    interval: float
    auth: Token | SshKey | None
    submodules: bool
    lfs: bool


Source = Directory | Git


@dataclass(frozen=True, slots=True)
class Answers:
    """Where status goes. `directory` is absolute, `interval` is in seconds."""

    directory: str
    branch: str
    interval: float
    author: str
    email: str
    push: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured. Paths are absolute; an empty context is the current one."""

    folder: str
    sources: tuple[Source, ...]
    state: str
    context: str
    concurrency: int
    log: str
    probe_image: str
    status: Answers


class SettingsError(SpecError):
    """The configuration is wrong, in as many places as there are problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("the configuration is wrong", "\n".join(map(str, ("", *problems))))


class Checked(Protocol):
    """A document that was read and held against a schema."""

    @property
    def body(self) -> Any:
        """The document as plain values."""

    @property
    def problems(self) -> Sequence[Problem]:
        """Everything that is wrong with it."""

    def problem(self, path: Place, reason: str, remedy: str) -> Problem:
        """Return a problem at a place of the document."""


Check = Callable[[str, bytes, Body], Checked]


def load(
    folder: str,
    check: Check,
    *,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Return the settings of a folder, with everything that is wrong in one error.

    `flags` are by the names of the file's fields, and `config` for another file; what is
    None was not given. Paths in flags and in the environment are relative to the working
    directory.

    Raises:
        SettingsError: the file, a flag or a variable is wrong.
        SpecError: there is no configuration.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    file = _file(folder, given.get("config") or environ.get("TRUEUP_CONFIG"))
    checked = check(file.name, _content(file), schema())
    problems = [*checked.problems, *_twice_named(checked)]
    overrides = dict(_overrides(given, environ, check, problems))
    if problems:
        raise SettingsError(problems)
    return _settings(file.parent, {**_defaults(file.parent), **checked.body, **overrides})


def schema() -> Body:
    """Return the schema of the configuration file."""
    content: Body = json.loads(pkgutil.get_data("trueup", "settings.schema.json") or b"")
    return content


def reveal(secret: Secret, environ: Mapping[str, str] = os.environ) -> str:
    """Return a secret. Never kept, never shown.

    Raises:
        SpecError: the variable is not set, or the file cannot be read, or it is empty.
    """
    if secret.env:
        value, place = environ.get(secret.env, ""), f"the environment variable {secret.env}"
    else:
        value, place = _first_line(secret.file), f"the file {secret.file}"
    if not value:
        raise SpecError(f"{place} holds no secret", "it is empty or not there", "Set it.")
    return value


def _first_line(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip().partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SpecError(f"the file {file} cannot be read", reason, "Correct it.") from error


def _file(folder: str, config: str | None) -> Path:
    return Path(config or Path(folder) / FILE).absolute()


def _content(file: Path) -> bytes:
    """Return the file's content: nothing where there is no file, but a folder of documents."""
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        if file.name == FILE and (file.parent / SPECS).is_dir():
            return b""
        why = "so there is nothing to follow"
        raise SpecError(
            f"there is no {file}", why, f"Write it, for example:\n{MINIMAL}"
        ) from error
    except OSError as error:
        reason = error.strerror or "unknown"
        raise SpecError(f"{file} cannot be read", reason, "Correct it.") from error


def _twice_named(checked: Checked) -> Iterator[Problem]:
    body = checked.body if isinstance(checked.body, dict) else {}
    sources = body.get("sources")
    names: list[Any] = []
    for at, source in enumerate(sources if isinstance(sources, list) else ()):
        name = source.get("name") if isinstance(source, dict) else None
        if name is not None and name in names:
            reason = f"another source has the name {name} too"
            yield checked.problem(("sources", at, "name"), reason, "Give it a name of its own.")
        names.append(name)


def _overrides(
    flags: Mapping[str, Any], environ: Mapping[str, str], check: Check, problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    """Yield what flags and variables say, each held against the same schema as the file."""
    for field, variable in OVERRIDES.items():
        origin = f"--{field}" if field in flags else variable
        value = flags.get(field, environ.get(variable, ""))
        value = _number(value) if field == "concurrency" else value
        if value != "":
            wrong = check(origin, json.dumps({field: value}).encode(), schema()).problems
            problems += [Problem(origin, 0, "", one.reason, one.remedy) for one in wrong]
            yield field, str(Path(value).absolute()) if field == "state" else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _defaults(folder: Path) -> Body:
    return {"sources": [{"name": SPECS, "directory": SPECS}]} if (folder / SPECS).is_dir() else {}


def _settings(folder: Path, body: Body) -> Settings:
    if "sources" not in body:
        what = f"{folder / FILE} names no sources"
        raise SpecError(what, "so there is nothing to follow", f"For example:\n{MINIMAL}")
    return Settings(
        folder=str(folder),
        sources=tuple(_source(folder, said) for said in body["sources"]),
        state=str(folder / body.get("state", ".trueup")),
        context=body.get("context", ""),
        concurrency=int(body.get("concurrency", 4)),
        log=body.get("log", "text"),
        probe_image=body.get("probeImage", "busybox:stable"),
        status=_answers(folder, body.get("status", {})),
    )


def _source(folder: Path, said: Body) -> Source:
    if "directory" in said:
        return Directory(said["name"], os.path.normpath(folder / said["directory"]))
    git: Body = said["git"]
    return Git(
        name=said["name"],
        url=git["url"],
        branch=git.get("branch", "main"),
        path=git.get("path", SPECS),
        interval=seconds(git.get("interval", 60)),
        auth=_auth(folder, git.get("auth")),
        submodules=git.get("submodules", False),
        lfs=git.get("lfs", False),
    )


def _auth(folder: Path, said: Body | None) -> Token | SshKey | None:
    if said is None:
        return None
    if "sshKey" in said:
        key, hosts = said["sshKey"]["file"], said["knownHosts"]["file"]
        return SshKey(str(folder / key), str(folder / hosts))
    reference = said["tokenFrom"]
    file = str(folder / reference["file"]) if "file" in reference else ""
    return Token(Secret(reference.get("env", ""), file), said.get("user", "git"))


def _answers(folder: Path, said: Body) -> Answers:
    author: Body = said.get("author", {})
    return Answers(
        directory=str(folder / said.get("directory", "status")),
        branch=said.get("branch", "trueup/status"),
        interval=seconds(said.get("interval", 2)),
        author=author.get("name", "Trueup"),
        email=author.get("email", "trueup@localhost"),
        push=said.get("push", True),
    )
