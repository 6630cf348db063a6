"""Problems as the text and the JSON that `validate` prints."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from trueup.model.errors import Problem


def as_text(problems: Sequence[Problem], documents: int) -> str:
    """Return one line for each problem and a last line that counts."""
    lines = [*map(str, problems), f"{_counted(documents, 'document')}, {_found(problems)}"]
    return "\n".join(lines) + "\n"


def as_json(problems: Sequence[Problem]) -> str:
    """Return the problems as a JSON list of file, line, field, reason and remedy."""
    return json.dumps([asdict(problem) for problem in problems], indent=2) + "\n"


def _found(problems: Sequence[Problem]) -> str:
    return _counted(len(problems), "problem") if problems else "no problems"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
