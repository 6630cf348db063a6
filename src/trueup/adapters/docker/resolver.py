"""What compose makes of a project: `config --format json`, once per change of its inputs.

Knows how compose is asked and what its answer loses; not what is done with the model.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.adapters import process
from trueup.adapters.docker.compose_inputs import ComposeInputs, compose_files, compose_inputs
from trueup.adapters.docker.docker_cli import NOISE, DockerCli
from trueup.adapters.docker.rendering import parse_answer
from trueup.model.errors import SpecError
from trueup.model.ports import Project

VALUE = "x-trueup-value"
"""Where the value of a secret or config from the environment is kept in the model."""

VALUES = "x-trueup-values"
OURS = re.compile(r"(LD_|DOCKER_|BUILDX_|PATH$|HOME$).*")
# What compose quotes of a file of variables may be a secret, and so may what stands "near".
QUOTED = re.compile(r'(failed to read [^"]*?|\snear )".*')
SHORT = 6  # a value that is shorter is too likely to be an ordinary word
LONGEST = 600
QUIET = 0.3  # seconds after which a file counts as written to its end
WRITING = 3.0  # seconds for which that is waited for
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class _Known:
    digest: str
    inputs: ComposeInputs
    model: Mapping[str, Any]


class Resolver:
    """Resolves projects; an unchanged project starts no process."""

    def __init__(self, cli: DockerCli) -> None:
        self._cli = cli
        self._known: dict[str, _Known] = {}

    def resolve(self, project: Project) -> Mapping[str, Any]:
        """Return the model of a project. Every value is what a container gets.

        Profiles are left out, for what is in the model is active. A secret or config
        whose content is an environment variable carries its value as `x-trueup-value`.

        Raises:
            SpecError: compose refuses the project.
            ToolError: compose itself failed.
        """
        known = self._known.get(project.name)
        if known is not None and known.digest == self._digest(project, known.inputs):
            return known.model
        inputs = _settled(project)
        before = self._digest(project, inputs)
        model = self._ask(project)
        self._known.pop(project.name, None)
        if inputs.known and before == self._digest(project, compose_inputs(project)):
            self._known[project.name] = _Known(before, inputs, model)
        return model

    def hashes(self, project: Project) -> dict[str, str]:
        """Return service → compose's own digest of it, as its containers carry it.

        Raises:
            SpecError: compose refuses the project.
        """
        files = [word for file in project.files for word in ("-f", file)]
        lines = self._answer(project, [*files, "config", "--hash", "*"]).splitlines()
        return dict(line.split()[:2] for line in lines if len(line.split()) > 1)

    def _digest(self, project: Project, inputs: ComposeInputs) -> str:
        said = [repr(project), inputs.digest(), self._cli.compose_version()]
        said += [repr(sorted(self._cli.environment().items()))]
        return hashlib.sha256("\0".join(said).encode()).hexdigest()

    def _ask(self, project: Project) -> Mapping[str, Any]:
        if not Path(project.directory).is_dir():
            raise SpecError(f"{project.directory} is not a directory", "", "Correct `path`.")
        if not compose_files(project):
            what = f"there is no compose file in {project.directory}"
            raise SpecError(what, "", "Add compose.yaml, or name the files in `files`.")
        files = [word for file in project.files for word in ("-f", file)]
        profiles = [word for name in project.profiles for word in ("--profile", name)]
        argv = [*files, *profiles, "config", "--format", "json"]
        model = parse_answer(self._answer(project, argv))
        for service in model.get("services", {}).values():
            service.pop("profiles", None)
        return self._with_values(project, model)

    def _with_values(self, project: Project, model: dict[str, Any]) -> Mapping[str, Any]:
        """Write the values of environment variables beside the secrets that are made of them."""
        definitions = list(_from_environment(model))
        if not definitions:
            return model
        names = {str(said["environment"]) for said in definitions}
        asked = {"services": {}, VALUES: {name: f"${{{name}-}}" for name in sorted(names)}}
        argv = ["-f", "-", "config", "--format", "json"]
        values = parse_answer(self._answer(project, argv, json.dumps(asked)))[VALUES]
        for said in definitions:
            said[VALUE] = values[said["environment"]]
        return model

    def _answer(self, project: Project, argv: list[str], stdin: str = "") -> str:
        env_files = [word for file in project.env_files for word in ("--env-file", file)]
        place = ["-p", project.name, "--project-directory", project.directory]
        done = self._cli.ask_compose(
            [*place, *env_files, *argv], project.directory, _environment(project), stdin
        )
        if done.code != 0:
            raise _refused(project, done)
        return done.out.decode()


def _settled(project: Project) -> ComposeInputs:
    """Return the inputs once nobody seems to write them any more, or after a while."""
    end = time.monotonic() + WRITING
    inputs = compose_inputs(project)
    while 0 <= time.time() - inputs.written(project.fixed) < QUIET and time.monotonic() < end:
        time.sleep(PAUSE)
        inputs = compose_inputs(project)
    return inputs


def _environment(project: Project) -> dict[str, str]:
    """Return what a project may put into compose's environment: nothing that steers compose."""
    return {name: value for name, value in project.env.items() if not OURS.match(name)}


def _from_environment(model: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("secrets", "configs"):
        for said in (model.get(kind) or {}).values():
            if said.get("environment"):
                yield said


def _refused(project: Project, done: process.Finished) -> SpecError:
    said = NOISE.sub("", done.err.decode(errors="replace")).strip()
    why = " ".join(said.split()) or f"it ended with exit code {done.code}"
    why = QUOTED.sub(r"\1…", why)
    for value in project.env.values():
        why = why.replace(value, "…") if len(value) >= SHORT else why
    fix = "`docker compose config` in that directory says the same."
    return SpecError(f"compose refuses {project.directory}", why[-LONGEST:], fix)
