"""`trueup diagnose`: what does a log show, and which edit would mend it? Touches nothing."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from trueup.app.diagnosing import Opinion, opinion
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.model.errors import SpecError, TrueupError

KNOWN, UNKNOWN = 0, 1
LARGEST = 64 << 20
NOT_KNOWN = "No error of a known class is in this log."
TRANSIENT = "This may pass by itself: try again, and change nothing."
NO_EDIT = "No rule has an edit for it."


def diagnose(arguments: argparse.Namespace) -> int:
    """Print cause, line and edit; say by the exit code whether there is anything to do."""
    log, folder = _read(arguments.log), Path(arguments.dir)
    found = opinion(log, folder, arguments.dockerfile, _context(arguments))
    show.say(_as_json(found) if arguments.output == "json" else _as_text(found))
    return KNOWN if found.helps else UNKNOWN


def _context(arguments: argparse.Namespace) -> str:
    """Return the Docker context; there need be no configuration."""
    try:
        return settings_of(arguments).context
    except TrueupError:
        return arguments.context or ""


def _read(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.buffer.read(LARGEST).decode(errors="replace")
        with Path(name).open("rb") as file:
            return file.read(LARGEST).decode(errors="replace")
    except OSError as error:
        raise SpecError(f"{name} cannot be read", error.strerror or str(error)) from error


def _as_text(found: Opinion) -> str:
    if not found.diagnoses:
        return NOT_KNOWN
    best = found.diagnoses[0]
    lines = [f"{best.cause}  confidence {best.confidence:g}", best.says, f"  {best.line}"]
    if best.stage:
        lines.append(f"  in {best.stage}")
    return "\n".join([*lines, _remedy(found)])


def _remedy(found: Opinion) -> str:
    if found.diagnoses[0].transient:
        return TRANSIENT
    if found.hindered:
        return f"The index was not asked, so there is no edit: {found.hindered}"
    if found.proposal is None:
        return NO_EDIT
    return f"{found.proposal.author}\n{found.diff}"


def _as_json(found: Opinion) -> str:
    said: dict[str, Any] = {
        "diagnoses": [
            {
                "cause": one.cause,
                "subject": one.subject,
                "says": one.says,
                "confidence": one.confidence,
                "line": one.line,
                "signature": one.signature,
                "stage": one.stage,
                "transient": one.transient,
            }
            for one in found.diagnoses
        ],
        "pattern": found.pattern,
        "author": found.proposal.author if found.proposal else "",
        "says": found.proposal.says if found.proposal else "",
        "diff": found.diff,
        "hindered": found.hindered,
    }
    return json.dumps(said, indent=2)
