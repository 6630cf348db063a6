"""A release: everything a stack needs to run, fixed at one moment.

A release never points at a work tree: its compose file, its image references and the
files it mounts are copies under the state directory, so it can be brought back when git
and the registry are both gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FOLDER = "dir-"
"""How the revision of a directory begins. It tells documents apart, not what they point at."""


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a release.

    `digest` covers every input whose change recreates the container; `components` names
    the inputs one by one, so that a reason can be given. `image_id` is empty until the
    image is on the host. `adopted` are the ids of containers that carry no label of ours: they
    were taken over as they ran, and stand for this digest until they are replaced.
    """

    digest: str
    image: str
    image_id: str = ""
    components: Mapping[str, str] = field(default_factory=dict)
    adopted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A digest that was verified, and what ran when it was.

    `file` is the compose file to bring it back with, relative to the state directory.
    """

    revision: str
    digest: str
    file: str
    parts: Mapping[str, Part]
    verified_at: str = ""


def mounted(compose: Mapping[str, Any], service: str) -> tuple[str, ...]:
    """Return the paths of this machine that a service mounts, as a release file says it."""
    said = compose["services"].get(service) or {}
    binds = [one["source"] for one in said.get("volumes") or () if one.get("type") == "bind"]
    files = [
        ((compose.get(kind) or {}).get(one["source"]) or {}).get("file", "")
        for kind in ("configs", "secrets")
        for one in said.get(kind) or ()
    ]
    return tuple(path for path in dict.fromkeys((*binds, *files)) if path)


def use_of(file: str, service: str, copy: str) -> str:
    """Return what to call the use that a service of a release file makes of a copy."""
    _, kind, name, _ = file.split("/")
    return f"{kind}.{name}.{service} {copy}"


def commit(revision: str) -> str:
    """Return a revision as people read it; empty where it is not a commit."""
    return "" if revision.startswith(FOLDER) else revision[:12]


def named(revision: str, digest: str) -> str:
    """Return what to call a release: by its commit, where there is one, and its digest."""
    return f"{commit(revision)} ({digest})" if commit(revision) else digest
