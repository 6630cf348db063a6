"""The files of a repository to start from, and how files are written that may be there already.

What is there is never overwritten. Knows nothing of what runs.
"""

import os
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters import process
from trueup.app.published import publications
from trueup.model.errors import SpecError, ToolError
from trueup.model.key import DNS_LABEL

PLACEHOLDER = "hello"
CONFIGURATION = "trueup.yaml"
ALLOW = "allow:                 # what ran already reaches outside its compose project\n"
QUICK = 30.0
PUBLIC, PRIVATE = 0o644, 0o600


@dataclass(frozen=True, slots=True)
class Draft:
    """A file to be written. A private one is for its owner only."""

    text: str
    private: bool = False


def frame() -> dict[str, Draft]:
    """Return what every repository begins with: configuration, schemas, README, .gitignore."""
    schemas = {f"schemas/{name}": Draft(text) for name, text in publications().items()}
    own = {
        CONFIGURATION: Draft(_template("trueup.yaml")),
        "README.md": Draft(_template("README.md")),
        ".gitignore": Draft(_template("gitignore")),
    }
    return own | schemas


def example(name: str) -> dict[str, Draft]:
    """Return a first stack of a name, which needs nothing but the image of busybox.

    Raises:
        SpecError: the name is none that a stack can have.
    """
    if not DNS_LABEL.match(name):
        fix = "Use small letters, digits and -."
        raise SpecError(f"{name!r} is no name for a stack", "", fix)
    document = _template("stack.yaml").replace(PLACEHOLDER, name)
    return {
        f"specs/{name}.yaml": Draft(document),
        f"specs/{name}/compose.yaml": Draft(_template("compose.yaml")),
        f"specs/{name}/site/index.html": Draft(_template("index.html")),
    }


def write(folder: Path, drafts: Mapping[str, Draft]) -> tuple[list[str], list[str]]:
    """Write files that are not there yet; return the names of the written and the kept ones.

    Raises:
        ToolError: a file cannot be written.
    """
    written: list[str] = []
    kept: list[str] = []
    for name, draft in drafts.items():
        (written if _write(folder / name, draft) else kept).append(name)
    return written, kept


def allow(folder: Path, rules: Sequence[str]) -> None:
    """Add rules to a configuration that was just written.

    Raises:
        ToolError: it cannot be written.
    """
    said = "".join(f"  - {rule}\n" for rule in rules)
    try:
        with (folder / CONFIGURATION).open("a", encoding="utf-8") as file:
            file.write(f"{ALLOW}{said}")
    except OSError as error:
        raise ToolError(f"{CONFIGURATION} could not be written", str(error.strerror)) from error


def under_git(folder: Path) -> bool:
    """Make a folder a git repository; return whether it was none.

    Raises:
        ToolError: git refuses.
    """
    if (folder / ".git").exists():
        return False
    argv = ["git", "init", "--quiet", "--initial-branch", "main", "--", str(folder)]
    done = process.run(argv, timeout=QUICK, env=process.environment())
    if done.code != 0:
        raise ToolError("git init failed", done.err.decode(errors="replace").strip())
    return True


def _write(path: Path, draft: Draft) -> bool:
    """Write one file, unless anything at all is at its place."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        how = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        handle = os.open(path, how, PRIVATE if draft.private else PUBLIC)
    except FileExistsError:
        return False
    except OSError as error:
        fix = "Name a folder that can be written."
        raise ToolError(f"{path} could not be written", str(error.strerror), fix) from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(draft.text)
    return True


def _template(name: str) -> str:
    return (pkgutil.get_data("trueup.app", f"starter/{name}") or b"").decode()
