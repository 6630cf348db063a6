"""A release: everything a stack needs to run, fixed at one moment.

A release never points at a work tree: its compose file, its image references and the
files it mounts are copies under the state directory, so it can be brought back when git
and the registry are both gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a release.

    `digest` covers every input whose change recreates the container; `components` names
    the inputs one by one, so that a reason can be given. `image_id` is empty until the
    image is on the host.
    """

    digest: str
    image: str
    image_id: str = ""
    components: Mapping[str, str] = field(default_factory=dict)


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
