"""`trueup.yaml`, the environment and flags → `Settings`, read once when Trueup starts.

Flags beat `TRUEUP_*` beat `trueup.yaml` beat the defaults. How YAML is read and held
against a schema it does not know: that is handed in.
"""

import json
import os
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from trueup.model.allowance import ANY, Allowance
from trueup.model.duration import seconds
from trueup.model.errors import Problem, SpecError
from trueup.model.guard import Guard
from trueup.model.size import octets
from trueup.settings.fields import Body, Fields
from trueup.settings.fields import below as _below
from trueup.settings.fields import values as _values
from trueup.settings.providers import providers, wrong
from trueup.settings.values import (
    SPECS,
    GitSettings,
    PublishSettings,
    RunSettings,
    Secret,
    SecretSettings,
    Settings,
    SourceSettings,
    SshKey,
    StatusSettings,
    Token,
    Verify,
)

FILE = "trueup.yaml"
OVERRIDES = {
    "state": "TRUEUP_STATE",
    "context": "TRUEUP_CONTEXT",
    "concurrency": "TRUEUP_CONCURRENCY",
    "log": "TRUEUP_LOG",
    "probeImage": "TRUEUP_PROBE_IMAGE",
}
MINIMAL = f"sources:\n- name: apps\n  directory: {SPECS}\n"

Place = tuple[str | int, ...]


class SettingsError(SpecError):
    """The configuration is wrong, in as many places as there are problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


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
    folder: str | Path,
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
    if not problems:
        problems += [checked.problem(*one) for one in wrong(checked.body)]
    overrides = dict(_overrides(given, environ, check, problems))
    if problems:
        raise SettingsError(problems)
    return _settings(file, {**_defaults(file.parent), **checked.body, **overrides})


def schema() -> Body:
    """Return the schema of the configuration file."""
    content: Body = json.loads(pkgutil.get_data("trueup.settings", "schema.json") or b"")
    return content


def _file(folder: str | Path, config: str | None) -> Path:
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
            yield field, str(Path(str(value)).absolute()) if field == "state" else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _defaults(folder: Path) -> Body:
    return {"sources": [{"name": SPECS, "directory": SPECS}]} if (folder / SPECS).is_dir() else {}


def _settings(file: Path, body: Body) -> Settings:
    folder = file.parent
    if "sources" not in body:
        what = f"{folder / FILE} names no sources"
        raise SpecError(what, "so there is nothing to follow", f"For example:\n{MINIMAL}")
    sources = tuple(_source(folder, said) for said in body["sources"])
    state = _below(folder, body.get("state", ".trueup"))
    _refuse_own_keys(sources, state)
    return Settings(
        folder=folder,
        sources=sources,
        state=state,
        status=_status(folder, body.get("status", {})),
        publish=_publish(folder, body.get("publish", {}), body.get("status", {})),
        runs=RunSettings(**_values(body.get("runs", {}), {"keep": int, "days": int})),
        shared_network=body.get("network", {}).get("shared", ""),
        file=file,
        allow=tuple(_allowance(said) for said in body.get("allow", ())),
        secrets=_secrets(folder, body.get("secrets", {})),
        providers=providers(folder, body),
        **_values(body, PLAIN),
    )


def _source(folder: Path, said: Body) -> SourceSettings:
    guard = _guard(said.get("guard", {}))
    if "directory" in said:
        directory = _below(folder, said["directory"])
        return SourceSettings(said["name"], directory=directory, guard=guard)
    git: Body = said["git"]
    auth = _auth(folder, git["auth"]) if "auth" in git else None
    push = _auth(folder, git["pushAuth"]) if "pushAuth" in git else None
    verify = _verify(folder, git["verify"]) if "verify" in git else None
    followed = GitSettings(auth=auth, push_auth=push, verify=verify, **_values(git, GIT))
    return SourceSettings(said["name"], git=followed, guard=guard)


def _guard(said: Body) -> Guard:
    share = str(said.get("removal", "50%")).removesuffix("%")
    return Guard(
        allow_empty=said.get("allowEmpty", False),
        removal=float(share) / 100,
        protected=tuple(said.get("protected", ())),
    )


def _verify(folder: Path, said: Body) -> Verify:
    def path(file: str) -> str:
        return str(_below(folder, file))

    keys = tuple(path(file) for file in said.get("gpgKeys", ()))
    files = _values(said, {"allowedSigners": path, "revokedKeys": path})
    return Verify(gpg_keys=keys, **_values(said, {"mode": str}), **files)


def _refuse_own_keys(sources: Sequence[SourceSettings], state: Path) -> None:
    """Refuse keys from a work tree: a repository must not say whom to trust about itself."""
    place = Path(os.path.realpath(state))
    said = [one.git.verify for one in sources if one.git and one.git.verify]
    for file in (file for one in said for file in one.files):
        if place in Path(os.path.realpath(file)).parents:
            why = "it is in the state directory, where repositories write"
            fix = "Keep it outside, for example beside trueup.yaml."
            raise SpecError(f"keys from {file} are refused", why, fix)


def _auth(folder: Path, said: Body) -> Token | SshKey:
    if "sshKey" in said:
        key, hosts = said["sshKey"]["file"], said["knownHosts"]["file"]
        return SshKey(str(_below(folder, key)), str(_below(folder, hosts)))
    reference = said["tokenFrom"]
    file = str(_below(folder, reference["file"])) if "file" in reference else ""
    return Token(Secret(reference.get("env", ""), file), **_values(said, {"user": str}))


def _status(folder: Path, said: Body) -> StatusSettings:
    author: Body = said.get("author", {})
    directory = _below(folder, said.get("directory", "status"))
    return StatusSettings(directory, **_values(said, STATUS), **_values(author, AUTHOR))


def _publish(folder: Path, said: Body, status: Body) -> PublishSettings:
    author: Body = {**status.get("author", {}), **said.get("author", {})}
    key = str(_below(folder, said["signing"]["key"])) if "signing" in said else ""
    return PublishSettings(key=key, **_values(said, {"to": str}), **_values(author, AUTHOR))


def _allowance(said: Body) -> Allowance:
    """Return a rule: whom it is for, and what it grants by the words of the file."""
    whom = {name: tuple(said.get(name, ANY)) for name in ("sources", "stacks", "services")}
    grants = {name: _granted(value) for name, value in said.items() if name not in whom}
    return Allowance(**whom, grants={k: v for k, v in grants.items() if not k.startswith("x-")})


def _granted(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true",) if value else ()
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _secrets(folder: Path, said: Body) -> SecretSettings:
    age: Body = said.get("age", {})
    files = [Secret(file=str(_below(folder, age["keyFile"])))] if "keyFile" in age else []
    variables = [Secret(env=age["env"])] if "env" in age else []
    return SecretSettings(
        keys=(*files, *variables),
        env=tuple(said.get("env", ())),
        files=tuple(_below(folder, one) for one in said.get("files", ())),
        directory=_below(folder, said["directory"]) if "directory" in said else None,
    )


PLAIN: Fields = {"context": str, "concurrency": int, "log": str, "probeImage": str}
GIT: Fields = {
    "url": str,
    "branch": str,
    "ref": str,
    "path": str,
    "interval": seconds,
    "submodules": bool,
    "lfs": bool,
    "maxFiles": int,
    "maxSize": octets,
}
STATUS: Fields = {"branch": str, "interval": seconds, "push": bool}
AUTHOR: Fields = {"name": str, "email": str}
