"""The secrets of a stack: read by reference, and put as tokens where compose would see values.

Asks for them through `Looks` and never sees a value. Where they are kept it does not know.
"""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.ports import Project, Secrets
from trueup.model.secret import (
    FromAge,
    FromEnv,
    FromEnvFile,
    FromFile,
    FromSops,
    Reference,
    Revealed,
    filled,
    tokens,
)

FILE = "x-trueup-secret"
"""Where a secret of the model says which value its file holds."""

SEALED = "sops_mac"
METADATA = "sops_"
PUBLIC = ("image", "container_name")
"""What everybody may see of a container, and Trueup has to know."""

Model = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Supply:
    """What a stack may use: what its document names, and variables of encrypted env files."""

    named: Mapping[str, Revealed] = field(default_factory=dict)
    variables: tuple[Revealed, ...] = ()

    def of(self, digests: Iterable[str]) -> dict[str, Revealed]:
        """Return those with some digests, by digest."""
        wanted = set(digests)
        every = (*self.named.values(), *self.variables)
        return {one.digest: one for one in every if one.digest in wanted}


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the secrets of one stack. `root` is that of its source."""

    owner: Key
    root: str
    secrets: Secrets

    def informed(
        self, project: Project, references: Mapping[str, Reference]
    ) -> tuple[Project, Supply]:
        """Return the project with a token in place of each secret that it may use.

        Raises:
            SpecError: a secret cannot be read.
        """
        here = {name: _below(project, one) for name, one in references.items()}
        named = self.secrets.reveal(self.owner, self.root, here) if here else ()
        files = {path: self._variables(path) for path in project.env_files}
        sealed = [one for found in files.values() for one in found or ()]
        env = {one.name: one.token for one in sealed} | dict(project.env)
        env |= {one.name: one.token for one in named}
        plain = tuple(path for path, found in files.items() if found is None)
        supply = Supply({one.name: one for one in named}, tuple(sealed))
        return replace(project, env=env, env_files=plain), supply

    def placed(self, compose: Model, project: Project, supply: Supply) -> tuple[Model, Supply]:
        """Return the resolved model with its secrets as files in memory, and what it may use.

        Raises:
            SpecError: the model asks for a secret that nobody names, or shows one.
        """
        services = compose.get("services") or {}
        if any(SEALED in (one.get("environment") or {}) for one in services.values()):
            found = [self._variables(path) or () for path in self.secrets.env_files(project)]
            sealed = tuple(one for every in found for one in every)
            supply = replace(supply, variables=(*supply.variables, *sealed))
            compose = {**compose, "services": _unsealed(services, sealed)}
        if compose.get("secrets"):
            said = {n: _defined(n, one or {}, supply) for n, one in compose["secrets"].items()}
            compose = {**compose, "secrets": said}
        _refuse_public(compose)
        return compose, supply

    def _variables(self, path: str) -> tuple[Revealed, ...] | None:
        return self.secrets.variables(self.owner, self.root, path)


def used(compose: Model, supply: Supply) -> dict[str, Revealed]:
    """Return the secrets that a model has anywhere, by digest."""
    if not (supply.named or supply.variables):
        return {}
    files = (one.get(FILE, "") for one in (compose.get("secrets") or {}).values() if one)
    return supply.of([*tokens(compose), *files])


def with_values(model: Model, values: Mapping[str, str]) -> Model:
    """Return a model with the values that are known; only ever to be compared."""
    return _filled(model, values) if values else model


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            return filled(value, values.get)
        case Mapping():
            return {name: _filled(one, values) for name, one in value.items()}
        case list() | tuple():
            return [_filled(one, values) for one in value]
        case _:
            return value


def _below(project: Project, reference: Reference) -> Reference:
    match reference:
        case FromSops() | FromAge():
            return replace(reference, path=posixpath.join(project.directory, reference.path))
        case FromEnv() | FromFile() | FromEnvFile():
            return reference
        case _:
            assert_never(reference)


def _unsealed(services: Model, sealed: Iterable[Revealed]) -> dict[str, Any]:
    """Return services whose variables from encrypted env files are tokens."""
    tokens_of = {one.sealed: one.token for one in sealed if one.sealed}
    found = dict(services)
    for name, service in services.items():
        env = service.get("environment") or {}
        if SEALED in env:
            ours = {n: v for n, v in env.items() if not n.startswith(METADATA)}
            said = {n: tokens_of.get(str(v), v) for n, v in ours.items()}
            found[name] = {**service, "environment": said}
    return found


def _defined(name: str, said: Model, supply: Supply) -> Model:
    """Return a secret of the model; one that the document names is a file in memory."""
    external = bool(said.get("external"))
    asked = str(said.get("name") or name) if external else str(said.get("environment", ""))
    one = supply.named.get(asked) or (supply.named.get(name) if external else None)
    if one is not None:
        return {"name": said.get("name", name), "file": one.file, FILE: one.digest}
    if external:
        raise SpecError(
            f"secret {asked} of the compose file is external",
            "the document does not say where it comes from",
            f"Write `secrets: {{{asked}: …}}` into the document's spec.",
        )
    return said


def _refuse_public(compose: Model) -> None:
    for name, service in (compose.get("services") or {}).items():
        for said in PUBLIC:
            if any(tokens(service.get(said))):
                raise SpecError(
                    f"service {name}: {said} has a secret in it",
                    "everybody who looks at the host can see it",
                    "Use an ordinary variable there.",
                )
