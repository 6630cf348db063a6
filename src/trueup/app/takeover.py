"""Documents for what runs already: a Stack, and a compose project where there is none left.

Looks and writes drafts; changes nothing on the host.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.adapters.docker.host import Host
from trueup.adapters.docker.reconstruct import reconstruct
from trueup.adapters.docker.rendering import escaped
from trueup.app.begin import Draft
from trueup.app.inplace import InPlace, in_place
from trueup.app.secretive import dotenv, secretive, suspicious
from trueup.model.container import STACK, Container
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.report.records import yaml_of

UNFIT = re.compile(r"[^a-z0-9-]+")
HEAD = "# yaml-language-server: $schema=../schemas/stack.json\n"
WRITTEN = """\
# What ran as project {project} when this was written, beyond what its images bring.
# Its networks and volumes are `external`: they were there before, and are never made or removed.
"""
IN_PLACE = """\
# yaml-language-server: $schema=schemas/trueup.json
sources:
  - name: apps
    directory: .          # the folder that has the compose project in it
"""


@dataclass(frozen=True, slots=True)
class Takeover:
    """What is to be written so that a project that runs is looked after from now on."""

    key: Key
    drafts: Mapping[str, Draft]
    notes: tuple[str, ...]
    in_place: bool


def takeover(host: Host, folder: Path, project: str, *, anew: bool) -> Takeover:
    """Return the documents for a project. With `anew` its compose files are not looked at.

    Raises:
        SpecError: nothing of the name runs, or it cannot be taken over.
    """
    containers = _running(host, project)
    name = UNFIT.sub("-", project).strip("-")
    place = None if anew else in_place(containers, folder)
    if place is not None:
        return Takeover(
            Key("Stack", name), _pointing(place, project, name, containers), (), in_place=True
        )
    model = reconstruct(containers, host.image_said)
    pinned = tuple(_pinned(model, containers, host))
    drafts, notes = _written(model, project, name)
    stack = _document(project, name, {"path": name}, _once(containers))
    drafts[f"specs/{name}.yaml"] = Draft(stack)
    return Takeover(Key("Stack", name), drafts, (*pinned, *notes), in_place=False)


def _running(host: Host, project: str) -> Sequence[Container]:
    containers = [one for one in host.containers(project) if not one.oneoff]
    if not containers:
        raise _nothing(host, project)
    owned = next((one for one in containers if STACK in one.labels), None)
    if owned is not None:
        what = f"project {project} is looked after already"
        raise SpecError(what, f"container {owned.name} is of {owned.labels[STACK]}")
    return containers


def _nothing(host: Host, name: str) -> SpecError:
    if host.named(name) is None:
        fix = "`docker compose ls --all` lists the projects."
        return SpecError(f"no container runs under a compose project {name}", "", fix)
    return SpecError(
        f"container {name} was started by docker run",
        "it lacks compose's labels, and none can be added to a container that is there",
        "Write a compose file and a Stack for it, remove the container, and let Trueup start it.",
    )


def _once(containers: Sequence[Container]) -> dict[str, Any]:
    """Services that ended well and are not restarted have done their work."""
    ended = {one.service for one in containers if one.state == "exited" and one.exit_code == 0}
    return {name: {"oneShot": True} for name in sorted(ended)}


def _pointing(
    place: InPlace, project: str, name: str, containers: Sequence[Container]
) -> dict[str, Draft]:
    stack = _document(project, name, place.said, _once(containers))
    frame = {"trueup.yaml": Draft(IN_PLACE)} if place.whole else {}
    return {**frame, f"specs/{name}.yaml": Draft(stack)}


def _document(
    project: str, name: str, place: Mapping[str, Any], services: Mapping[str, Any]
) -> str:
    spec = {**place, **({"project": project} if project != name else {}), "adopt": True}
    spec |= {"services": services} if services else {}
    head = {"apiVersion": "trueup/v1", "kind": "Stack", "metadata": {"name": name}}
    return HEAD + yaml_of({**head, "spec": spec})


def _written(
    model: dict[str, Any], project: str, name: str
) -> tuple[dict[str, Draft], tuple[str, ...]]:
    """Return the compose file, and the files of variables that may be secret."""
    drafts, notes = {}, []
    for service, said in model["services"].items():
        notes += [f"{service}: {field} may hold a secret" for field in suspicious(said)]
        if hidden := secretive(said.get("environment") or {}):
            file = f"{service}.secret.env"
            drafts[f"specs/{name}/{file}"] = Draft(dotenv(hidden), private=True)
            said["env_file"] = [file]
            said["environment"] = {n: v for n, v in said["environment"].items() if n not in hidden}
            names = ", ".join(sorted(hidden))
            notes.append(f"{service}: {names} went to {file}, which git must not take")
    text = WRITTEN.format(project=project) + yaml_of(escaped(model))
    return {f"specs/{name}/compose.yaml": Draft(text), **drafts}, tuple(notes)


def _pinned(
    model: Mapping[str, Any], containers: Sequence[Container], host: Host
) -> Iterator[str]:
    """Name images by their id where their names mean others by now; say so."""
    for service, said in model["services"].items():
        runs = next(one.image_id for one in containers if one.service == service)
        if host.image(said["image"]) != runs:
            yield f"{service}: {said['image']} is another image now; what runs is kept by its id"
            said["image"] = runs
