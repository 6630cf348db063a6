"""What compose makes of a project: `config --format json`, once per change of its inputs.

Knows how compose is asked and what its answer loses; not what is done with the model.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from trueup.adapters import process
from trueup.adapters.disk.digests import Digests
from trueup.adapters.docker.baseline import Shift, shifts, taken_back
from trueup.adapters.docker.compose_inputs import (
    ComposeInputs,
    compose_files,
    compose_inputs,
    variables,
)
from trueup.adapters.docker.docker_cli import ANSWER, MEMORY, NOISE, DockerCli
from trueup.adapters.docker.mentioned import mentioned
from trueup.adapters.docker.models import Known, Models
from trueup.adapters.docker.rendering import parse_answer
from trueup.model.errors import SpecError
from trueup.model.ports import Project, Reads

VALUE = "x-trueup-value"
"""Where the value of a secret or config from the environment is kept in the model."""

VALUES = "x-trueup-values"
KEPT = frozenset({"PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "DOCKER_CONFIG"})
"""What a compose file may see of our own environment: `${HTTPS_PROXY}` can hold a password."""

LOCAL = {"COMPOSE_EXPERIMENTAL_GIT_REMOTE": "0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "0"}
OURS = re.compile(r"(LD_|DOCKER_|BUILDX_|PATH$|HOME$).*")
# What compose quotes of a file of variables may be a secret, and so may what stands "near".
QUOTED = re.compile(r'(failed to read [^"]*?|\snear )".*')
SHORT = 6  # a value that is shorter is too likely to be an ordinary word
LONGEST = 600
QUIET = 0.3  # seconds after which a file counts as written to its end
WRITING = 3.0  # seconds for which that is waited for
PAUSE = 0.05


FRESH = 1.0  # seconds for which the version of compose and our environment are taken as read
UNCERTAIN = "?"


class Resolver:
    """Resolves projects; an unchanged project starts no process, today or tomorrow."""

    def __init__(self, cli: DockerCli, kept: Models) -> None:
        self._cli, self._kept = cli, kept
        self._known: dict[str, Known | None] = {}
        self._models: dict[str, Mapping[str, Any]] = {}
        self._digests = Digests()
        self._compose, self._asked = "", -FRESH

    def mark(self, project: Project) -> str:
        """Return a mark of all that a project is resolved from; `?` before it was resolved."""
        known = self._last(project.name)
        return self._digest(project, known.inputs, known.uses) if known else UNCERTAIN

    def resolve(self, project: Project, permit: Callable[[Reads], None]) -> Mapping[str, Any]:
        """Return the model of a project. Every value is what a container gets.

        `permit` is asked before compose reads a file, and once more after it has, for what
        it was told may have been changed meanwhile.

        Profiles are left out, for what is in the model is active. A secret or config
        whose content is an environment variable carries its value as `x-trueup-value`.

        Raises:
            SpecError: compose refuses the project, or `permit` does.
            ToolError: compose itself failed.
        """
        known = self._last(project.name)
        if known and known.digest == self._digest(project, known.inputs, known.uses):
            permit(known.inputs.reads())
            if model := self._model(project.name):
                return model
        permit(variables(project).reads())
        inputs = self._settled(project)
        permit(inputs.reads())
        uses = mentioned(KEPT, inputs.files)
        before = self._digest(project, inputs, uses)
        answer = self._ask(project)
        baseline = self._baseline(project, known, inputs, answer)
        model = taken_back(answer, baseline)
        self._known[project.name] = replace(known, digest="") if known else None
        after = self._inputs(project)
        permit(after.reads())
        _refuse_garbled(after)
        if inputs.known and before == self._digest(project, after, uses):
            read = self._read(project, inputs, uses)
            self._keep(project.name, Known(before, read, inputs, baseline, uses), model)
        return model

    def _baseline(
        self,
        project: Project,
        known: Known | None,
        inputs: ComposeInputs,
        answer: Mapping[str, Any],
    ) -> tuple[Shift, ...]:
        """Return what this compose makes of the same files that another made else of."""
        if known is None:
            return ()
        before = self._model(project.name)
        if before is None or known.read != self._read(project, inputs, known.uses):
            return known.baseline
        return shifts(before, answer)

    def hashes(self, project: Project) -> dict[str, str]:
        """Return service → compose's own digest of it, as its containers carry it.

        Raises:
            SpecError: compose refuses the project.
        """
        files = [word for file in project.files for word in ("-f", file)]
        lines = self._said(project, [*files, "config", "--hash", "*"]).splitlines()
        return dict(line.split()[:2] for line in lines if len(line.split()) > 1)

    def _settled(self, project: Project) -> ComposeInputs:
        """Return the inputs once nobody seems to write them any more, or after a while."""
        end = time.monotonic() + WRITING
        inputs = self._inputs(project)
        while 0 <= time.time() - inputs.written(project.fixed) < QUIET and time.monotonic() < end:
            time.sleep(PAUSE)
            inputs = self._inputs(project)
        return inputs

    def _inputs(self, project: Project) -> ComposeInputs:
        return compose_inputs(project, cache(lambda name: self._expanded(project, name)))

    def _expanded(self, project: Project, name: str) -> str | None:
        """Return a name with compose's own values of the variables in it."""
        if not Path(project.directory).is_dir():
            return None
        found = self._values(project, {"name": name}).get("name")
        return str(found) if found else None

    def _last(self, project: str) -> Known | None:
        """Return what a project was last resolved from, by this process or one before."""
        if project not in self._known:
            self._known[project] = self._kept.known(project)
        return self._known[project]

    def _model(self, project: str) -> Mapping[str, Any] | None:
        if project not in self._models and (found := self._kept.model(project)):
            self._models[project] = found
        return self._models.get(project)

    def _keep(self, project: str, known: Known, model: Mapping[str, Any]) -> None:
        self._models[project] = model
        self._known[project] = known
        self._kept.keep(project, known, model)

    def _digest(self, project: Project, inputs: ComposeInputs, uses: tuple[str, ...]) -> str:
        said = f"{self._read(project, inputs, uses)}\0{self._version()}"
        return hashlib.sha256(said.encode()).hexdigest()

    def _read(self, project: Project, inputs: ComposeInputs, uses: tuple[str, ...]) -> str:
        """Return a digest of all that compose reads, whichever version it is.

        Of our environment only what the files mention: a person's shell is not a service's.
        """
        ours = process.environment() if uses else {}
        said = f"{project!r}\0{inputs.digest(self._digests.file)}"
        said += f"\0{[(name, ours.get(name)) for name in uses]!r}"
        return hashlib.sha256(said.encode()).hexdigest()

    def _version(self) -> str:
        """Return the version of compose, asked anew after a moment."""
        if time.monotonic() - self._asked > FRESH:
            self._compose, self._asked = self._cli.compose_version(), time.monotonic()
        return self._compose

    def _ask(self, project: Project) -> Mapping[str, Any]:
        if not Path(project.directory).is_dir():
            raise SpecError(f"{project.directory} is not a directory", "", "Correct `path`.")
        compose = compose_files(project, lambda name: self._expanded(project, name))
        if not compose:
            what = f"there is no compose file in {project.directory}"
            raise SpecError(what, "", "Add compose.yaml, or name the files in `files`.")
        files = [word for file in compose for word in ("-f", file)]
        profiles = [word for name in project.profiles for word in ("--profile", name)]
        argv = [*files, *profiles, "config", "--format", "json"]
        model = self._answer(project, argv)
        for service in model.get("services", {}).values():
            service.pop("profiles", None)
        return self._with_values(project, model)

    def _with_values(self, project: Project, model: dict[str, Any]) -> Mapping[str, Any]:
        """Write the values of environment variables beside the secrets that are made of them."""
        definitions = list(_from_environment(model))
        if not definitions:
            return model
        names = {str(said["environment"]) for said in definitions}
        values = self._values(project, {name: f"${{{name}-}}" for name in sorted(names)})
        for said in definitions:
            said[VALUE] = values[said["environment"]]
        return model

    def _values(self, project: Project, said: Mapping[str, str]) -> Mapping[str, Any]:
        """Return texts as compose reads them, with its values of the variables in them."""
        asked = json.dumps({"services": {}, VALUES: said})
        found = self._answer(project, ["-f", "-", "config", "--format", "json"], asked)
        values: Mapping[str, Any] = found.get(VALUES) or {}
        return values

    def _answer(self, project: Project, argv: list[str], stdin: str = "") -> dict[str, Any]:
        said = self._said(project, argv, stdin)
        try:
            return parse_answer(said)
        except (ValueError, RecursionError) as error:
            much = len(said) >= ANSWER
            why = f"it is more than {ANSWER >> 20} MiB" if much else "it is no JSON, or too deep"
            what = f"what compose makes of {project.directory} cannot be read"
            raise SpecError(what, why, "Make the project smaller or flatter.") from error

    def _said(self, project: Project, argv: list[str], stdin: str = "") -> str:
        env_files = [word for file in project.env_files for word in ("--env-file", file)]
        place = ["-p", project.name, "--project-directory", project.directory]
        done = self._cli.ask_compose(
            [*place, *env_files, *argv], project.directory, _environment(project), stdin
        )
        if done.code != 0:
            raise _refused(project, done)
        return done.out.decode(errors="replace")


def _environment(project: Project) -> dict[str, str]:
    """Return the environment of compose: of the project's own nothing that steers compose."""
    kept = {name: value for name, value in process.environment().items() if name in KEPT}
    said = {name: value for name, value in project.env.items() if not OURS.match(name)}
    return kept | said | LOCAL


def _refuse_garbled(inputs: ComposeInputs) -> None:
    """Refuse a file that compose read and we could not: nobody knows what else it named."""
    if inputs.garbled:
        what = f"{inputs.garbled[0]} is YAML that only compose can read"
        raise SpecError(what, "so the files that it names are not known", "Write it more plainly.")


def _from_environment(model: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("secrets", "configs"):
        for said in (model.get(kind) or {}).values():
            if said.get("environment"):
                yield said


def _refused(project: Project, done: process.Finished) -> SpecError:
    said = NOISE.sub("", done.err.decode(errors="replace")).strip()
    why = " ".join(said.split()) or f"it ended with exit code {done.code}"
    why = QUOTED.sub(r"\1…", why)
    if "out of memory" in why:
        why = f"it means more than {MEMORY >> 20} MiB once its variables are put in"
    for value in project.env.values():
        why = why.replace(value, "…") if len(value) >= SHORT else why
    fix = "`docker compose config` in that directory says the same."
    return SpecError(f"compose refuses {project.directory}", why[-LONGEST:], fix)
