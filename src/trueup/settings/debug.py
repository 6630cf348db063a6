"""Whether somebody hunts a defect of Trueup itself."""

import os
from collections.abc import Mapping


def debugging(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a defect is to be shown with everything that led to it."""
    return environ.get("TRUEUP_DEBUG", "") not in {"", "0"}
