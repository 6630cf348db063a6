"""What a part of the configuration says, as values of ours by the names of our fields. Pure."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Body = Mapping[str, Any]
Fields = Mapping[str, Callable[[Any], Any]]
CAPITAL = re.compile("[A-Z]")


def values(said: Body, fields: Fields) -> dict[str, Any]:
    """Return what is said, by the names of our fields; what is not said is left out."""
    return {
        CAPITAL.sub(lambda found: f"_{found[0].lower()}", name): read(said[name])
        for name, read in fields.items()
        if name in said
    }


def below(folder: Path, path: str) -> Path:
    """Return a path of the file as an absolute one, without `..` in it."""
    return Path(os.path.normpath(folder / path))
