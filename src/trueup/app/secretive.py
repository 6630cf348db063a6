"""Which values look like secrets, and the file that they are written to instead. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = re.compile(
    r"PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|APIKEY|_KEY$|^KEY$|_PWD$|AUTH|DSN|SALT|COOKIE"
    r"|CONNECTION_?STRING|DATABASE_URL",
    re.IGNORECASE,
)
VALUES = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY|^(gh[pousr]_|AKIA|xox[abp]-)"
)
OPTIONS = re.compile(r"(pass(word|wd|phrase)?|secret|token|api-?key)[=: ]\S", re.IGNORECASE)


def secretive(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables whose name or value looks like that of a secret."""
    return {
        name: value
        for name, value in environment.items()
        if value and (NAMES.search(name) or VALUES.search(value))
    }


def suspicious(service: Mapping[str, Any]) -> Iterator[str]:
    """Yield fields that stay in the compose file although they may hold a secret."""
    for field in ("command", "entrypoint"):
        words = " ".join(map(str, service.get(field) or ()))
        if OPTIONS.search(words) or VALUES.search(words):
            yield field
    for name, value in (service.get("labels") or {}).items():
        if NAMES.search(name) or VALUES.search(str(value)):
            yield f"label {name}"


def dotenv(values: Mapping[str, str]) -> str:
    """Return a file of variables that compose reads as exactly these values."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in sorted(values.items()))


def _quoted(value: str) -> str:
    if "'" not in value and "\n" not in value and "\\" not in value:
        return f"'{value}'"
    for plain, escape in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("$", "\\$"),
        ("\n", "\\n"),
        ("\r", "\\r"),
    ):
        value = value.replace(plain, escape)
    return f'"{value}"'
