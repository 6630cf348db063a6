"""`trueup validate` and `trueup schemas`: are the documents right, and what is right?"""

import argparse
from pathlib import Path

from trueup.app.glance import readable
from trueup.app.published import publications
from trueup.app.validation import of_path, of_sources
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.documents.tell import as_json, as_text
from trueup.model.errors import ToolError

DONE, ERROR = 0, 1


def validate(arguments: argparse.Namespace) -> int:
    """Print everything that is wrong, a line each."""
    if arguments.path:
        found = of_path(Path(arguments.path))
    else:
        found = of_sources(readable(settings_of(arguments)))
    text = as_text(found.problems, found.documents)
    show.say(as_json(found.problems) if arguments.output == "json" else text)
    return ERROR if found.problems else DONE


def schemas(arguments: argparse.Namespace) -> int:
    """Write the JSON Schemas, or say which files are out of step with the program."""
    directory, wanted = Path(arguments.directory), publications()
    stale = [name for name, text in wanted.items() if _text(directory / name) != text]
    for name in stale:
        if arguments.check:
            show.warn(
                f"trueup: {directory / name} is out of step; run: trueup schemas {directory}"
            )
        else:
            _write(directory / name, wanted[name])
            show.say(f"wrote {directory / name}")
    return ERROR if arguments.check and stale else DONE


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fix = "Name a folder that can be written."
        raise ToolError(f"{path} could not be written", str(error.strerror), fix) from error
