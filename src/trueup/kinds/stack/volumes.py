"""Volumes are data: none is ever removed, and none is said to change that cannot.

Docker gives a volume its driver and options once. A compose file that says others is for a
volume that does not exist yet; what there is would have to be deleted first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trueup.kinds.stack.target import host_names
from trueup.model.container import PROJECT, SOURCE, STACK, Container
from trueup.model.errors import SpecError
from trueup.model.ports import Looks

Model = Mapping[str, Any]
ANONYMOUS = re.compile(r"[0-9a-f]{64}")
PLAIN: tuple[str, dict[str, str]] = ("local", {})


def refuse_other_volumes(wanted: Model, verified: Model, looks: Looks) -> None:
    """Refuse what cannot be without the loss of a volume.

    The host is only asked about volumes that differ from those of the verified release.

    Raises:
        SpecError: a volume was made with another driver or other options.
    """
    before = {host: _made(said) for host, said in _volumes(verified)}
    for name, said in _volumes(wanted):
        made = _made(said)
        if said.get("external") or made == before.get(name, PLAIN):
            continue
        found = looks.volume(name)
        if found is not None and (found.driver, dict(found.options)) != made:
            raise SpecError(
                f"volume {name} exists with other settings than the compose file gives it",
                f"it has {_said(found.driver, found.options)}, not {_said(*made)}, and Docker"
                " changes neither; Trueup never deletes a volume",
                "Put the settings back, give the volume another name, or copy its data away and"
                " remove it by hand.",
            )


def refuse_strange_volumes(wanted: Model, origin: str, project: str, looks: Looks) -> None:
    """Refuse to mount what another compose project of this name has left behind.

    Only a stack that was never verified is asked, and only while nothing of it runs: a commit
    may choose any name, and with it somebody's data. What we make says whose it is; what was
    made before that was so, or by hand, is taken by `spec.adopt`.

    Raises:
        SpecError: compose made a volume for somebody else.
    """
    for name, said in _volumes(wanted):
        found = None if said.get("external") else looks.volume(name)
        if found is None or PROJECT not in found.labels or found.labels.get(SOURCE) == origin:
            continue
        if any(SOURCE in one.labels for one in looks.containers(project)):
            return  # whose the project is can be seen
        owner = found.labels.get(STACK, "")
        whose = f"{owner} of another source" if owner else "somebody who did not use Trueup"
        raise SpecError(
            f"volume {name} was made by {whose}",
            f"compose project {project} was not always this stack's, and its data is not either",
            "Give this stack another spec.project, or set spec.adopt: true to take the data over.",
        )


def left_behind(containers: Iterable[Container], service: str) -> str:
    """Return what is to be said of the anonymous volumes of a service that is removed."""
    found = sorted(
        {name for one in containers if one.service == service for name in _nameless(one)}
    )
    short = ", ".join(name[:12] for name in found)
    return f"; its anonymous volume {short} stays, but nothing finds it again" if found else ""


def _nameless(container: Container) -> Iterator[str]:
    for mount in container.inspect.get("Mounts") or ():
        if mount.get("Type") == "volume" and ANONYMOUS.fullmatch(str(mount.get("Name", ""))):
            yield str(mount["Name"])


def _volumes(compose: Model) -> Iterator[tuple[str, Model]]:
    names = host_names(compose, "volumes") if compose else {}
    for name, host in names.items():
        yield host, compose["volumes"][name] or {}


def _made(said: Model) -> tuple[str, dict[str, str]]:
    options = {name: str(value) for name, value in (said.get("driver_opts") or {}).items()}
    return said.get("driver") or "local", options


def _said(driver: str, options: Mapping[str, str]) -> str:
    """Name the options, never their values: a password may be among them."""
    return f"driver {driver} with " + (", ".join(sorted(options)) or "no options")
