"""When the JSON files of a folder were written: asked twice a second, and so without patterns.

Knows nothing of what is in them.
"""

import os
from contextlib import suppress
from pathlib import Path

ENDING = ".json"


def stamps(folder: Path | str) -> dict[str, float]:
    """Return name without its ending → when it was written; nothing where there is no folder."""
    found: dict[str, float] = {}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(ENDING):
                with suppress(FileNotFoundError):
                    found[entry.name.removesuffix(ENDING)] = entry.stat().st_mtime
    return found


def stamps_below(top: Path) -> dict[tuple[str, str], float]:
    """Return the same for each folder of a folder, by the names of both."""
    with suppress(FileNotFoundError), os.scandir(top) as entries:
        return {
            (entry.name, name): written
            for entry in entries
            for name, written in stamps(entry.path).items()
        }
    return {}
