"""The memos of what is at rest, kept for the next process as one file of the state directory.

Each memo is compared with the world before it counts, so a file that is old, cut off or gone
costs time and nothing else. It is private: marks of files could betray what is in them.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trueup import __version__
from trueup.adapters.disk.records import replace_file
from trueup.adapters.disk.stamp import stamped, unstamped
from trueup.engine.memo import Memo, Memos
from trueup.engine.questions import Asked, Question
from trueup.model.errors import ToolError
from trueup.model.key import Key, parse_key
from trueup.model.plan import Plan
from trueup.model.ports import Project
from trueup.report.codec import decode, encode

FORM = f"3 {__version__}"
"""Another one makes every memo of before count as missing."""
DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class Resting:
    """The memos of one configuration. `about` marks what holds for all of them: the engine."""

    def __init__(self, state: Path, about: str) -> None:
        self._path, self._about = state / "rest.json", f"{FORM} {about}"
        self.memos = Memos(self._load())
        self._saved = 0

    def save(self) -> None:
        """Write the memos down, where there are new ones."""
        changes, known = self.memos.taken()
        if changes == self._saved:
            return
        said = {str(key): _plain(memo) for key, memo in known.items()}
        text = stamped(json.dumps({"about": self._about, "memos": said}))
        with contextlib.suppress(ToolError):
            replace_file(self._path, text, durable=False, mode=0o600)
            self._saved = changes

    def _load(self) -> dict[Key, Memo]:
        try:
            said = json.loads(unstamped(self._path.read_text(encoding="utf-8")))
            if said["about"] != self._about:
                return {}
            return {parse_key(key): _memo(one) for key, one in said["memos"].items()}
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            IndexError,
            RecursionError,
        ):
            return {}


def _plain(memo: Memo) -> dict[str, Any]:
    answers = [_question(one, mark) for one, mark in memo.asked.answers]
    asked = {"trees": memo.asked.trees, "answers": answers}
    return {"plan": encode(memo.plan), "said": memo.said, "status": memo.status, **asked}


def _question(one: Question, mark: str) -> tuple[Any, ...]:
    subject = asdict(one.subject) if isinstance(one.subject, Project) else one.subject
    return one.method, subject, one.detail, one.tree, mark


def _memo(said: Mapping[str, Any]) -> Memo:
    answers = tuple(
        (Question(method, _subject(subject), detail, tree), mark)
        for method, subject, detail, tree, mark in said["answers"]
    )
    asked = Asked(tuple(said["trees"]), answers)
    return Memo(decode(Plan, said["plan"]), said["said"], said["status"], asked)


def _subject(said: Any) -> str | Project:
    if isinstance(said, str):
        return said
    lists = {name: tuple(said[name]) for name in ("files", "profiles", "env_files")}
    return Project(**{**said, **lists})
