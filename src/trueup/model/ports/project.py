"""A compose project on its way to compose, and what compose will read for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Project:
    """A compose project as compose is told about it. Paths are absolute.

    An empty `files` means compose's own search for compose.yaml and its override. Below
    `fixed` nobody is writing; a young file anywhere else may be half of what it will be.
    """

    name: str
    directory: str
    files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    env_files: tuple[str, ...] = ()
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Reads:
    """What compose will read to resolve a project, found before it does.

    Attributes:
        files: absolute paths of files that exist, the project's own ones included.
        absent: absolute paths that are looked for and not there.
        odd: path → why it is no file to be read.
        unknown: names that depend on what only compose can work out.
        remote: names of what lies on another machine.
    """

    files: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    odd: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
