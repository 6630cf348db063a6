"""Reads a secret at the moment it is needed. Never shows one: what is read is masked."""

import os
from collections.abc import Mapping
from pathlib import Path

from trueup.model.errors import SpecError
from trueup.model.redaction import know
from trueup.settings.values import Secret


def reveal(secret: Secret, environ: Mapping[str, str] = os.environ) -> str:
    """Return a secret.

    Raises:
        SpecError: the variable is not set, or the file cannot be read, or it is empty.
    """
    if secret.env:
        value, place = environ.get(secret.env, ""), f"the environment variable {secret.env}"
    else:
        value, place = _first_line(secret.file), f"the file {secret.file}"
    if not value:
        raise SpecError(f"{place} holds no secret", "it is empty or not there", "Set it.")
    know(value)
    return value


def environment() -> Mapping[str, str]:
    """Return Trueup's own environment, for those who may look up secrets in it."""
    return os.environ


def _first_line(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip().partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SpecError(f"the file {file} cannot be read", reason, "Correct it.") from error
