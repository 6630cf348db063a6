"""Compose files that are still where running containers say they came from.

They are used in place where they lie in the repository's folder: a copy elsewhere would
mean other paths, and so other containers.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.model.container import Container

LABEL = "com.docker.compose.project."
USUAL = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override", "docker-compose.override")


@dataclass(frozen=True, slots=True)
class InPlace:
    """What a Stack says of compose files in place.

    `whole` says that the source must be the whole folder, not only its specs.
    """

    said: dict[str, Any]
    whole: bool


def in_place(containers: Sequence[Container], folder: Path) -> InPlace | None:
    """Return how to point at a project's compose files; None where it cannot be done."""
    labels = containers[0].labels
    directory = Path(labels.get(f"{LABEL}working_dir") or "/nowhere")
    files = [Path(one) for one in labels.get(f"{LABEL}config_files", "").split(",") if one]
    more = [Path(one) for one in labels.get(f"{LABEL}environment_file", "").split(",") if one]
    there = all(one.is_file() and one.is_relative_to(directory) for one in (*files, *more))
    specs = folder.resolve() / "specs"
    whole = not (folder / "trueup.yaml").exists() and not directory.is_relative_to(specs)
    if not files or not there or not directory.is_relative_to(specs.parent if whole else specs):
        return None
    names = [str(one.relative_to(directory)) for one in files]
    said: dict[str, Any] = {"path": os.path.relpath(directory, specs)}
    said |= {} if _found_by_itself(names, directory) else {"files": names}
    said |= {"envFiles": [str(one.relative_to(directory)) for one in more]} if more else {}
    return InPlace(said, whole)


def _found_by_itself(names: Sequence[str], directory: Path) -> bool:
    """Whether compose takes exactly these files when it is told none."""
    overridden = any(path.name.startswith(OVERRIDES) for path in directory.iterdir())
    first = next((name for name in USUAL if (directory / name).exists()), "")
    return list(names) == [first] and not overridden
