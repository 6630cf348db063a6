"""Edits as a unified diff in git's format, made by git itself from nothing but their texts."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from trueup.adapters.git.remote import Remote
from trueup.adapters.process import environment, run
from trueup.model.errors import ToolError
from trueup.model.repair import Edit

PATIENCE = 30.0
MOST = 16 << 20
OPTIONS = (
    "--no-index",
    "--no-prefix",  # the folders are called a and b
    "--no-renames",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--text",
)
DIFFERENT = 1


def difference(edits: Sequence[Edit], modes: Mapping[str, int]) -> str:
    """Return the diff; empty where nothing is another text. `modes` are those of the files."""
    if not edits:
        return ""
    with tempfile.TemporaryDirectory(prefix="trueup-diff-") as folder:
        for side in ("a", "b"):
            Path(folder, side).mkdir()
        for edit in edits:
            _write(Path(folder, "a", edit.path), edit.before, modes.get(edit.path))
            _write(Path(folder, "b", edit.path), edit.after, modes.get(edit.path))
        return _compared(folder)


def _write(file: Path, text: str | None, mode: int | None) -> None:
    if text is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(0o755 if mode and mode & 0o100 else 0o644)


def _compared(folder: str) -> str:
    # Neither a repository above this folder nor anybody's configuration has a say in it.
    own = {"GIT_DIR": "/dev/null", "GIT_CONFIG_GLOBAL": "/dev/null"}
    env = environment({**Remote("/").environment(reach=False), **own})
    argv = ("git", "-c", "core.quotePath=false", "diff", *OPTIONS, "a", "b")
    done = run(argv, timeout=PATIENCE, env=env, cwd=folder, limit=MOST)
    if done.code not in {0, DIFFERENT}:
        raise ToolError("git diff failed", done.err.decode(errors="replace").strip())
    return done.out.decode(errors="replace")
