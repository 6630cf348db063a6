"""What a RUN mounts, read as BuildKit does, and files that a build would put into an image."""

import re
from collections.abc import Iterator, Mapping

from trueup.model.repair import Refusal
from trueup.repair.gates.instructions import Instruction
from trueup.repair.gates.places import forbidden

VEILED = re.compile(r"[\"'\\$`]")
"""What a flag may have to say something else than it seems."""

PATTERN = re.compile(r"[*?\[\]\\$\"']")
MANIFEST = re.compile(
    r"(?:[\w./-]*/)?(?:package|npm-shrinkwrap|pnpm-|yarn|requirements|constraints|poetry|uv"
    r"|pyproject|Pipfile)[\w.*?-]*"
)
"""Patterns that copy manifests."""

Dockerfile = tuple[Instruction, ...]


def mount(flag: str) -> Mapping[str, str]:
    """Return the fields of a mount, their names in small letters; none for other flags."""
    name, _, said = re.sub(r"[\"'\\]", "", flag).partition("=")
    if name.lower() != "--mount":
        return {}
    pairs = (field.partition("=") for field in said.split(","))
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def exposed(path: str, before: Dockerfile, after: Dockerfile) -> Iterator[Refusal]:
    """Yield a refusal for every file that is newly mounted or copied and is to stay secret."""
    flags = {flag for one in before for flag in one.flags}
    sources = {source for one in before for source in _sources(one)}
    for one in after:
        new = [flag for flag in one.flags if flag not in flags]
        whys = [_mounted(flag) for flag in new if one.keyword == "RUN"]
        whys += [_copied(one, source) for source in _sources(one) if source not in sources]
        if one.value.startswith("--") and one.keyword in ("RUN", "ADD", "COPY"):
            whys.append("the flags cannot be read")
        yield from (Refusal("secret", path, one.line, why) for why in whys if why)


def _sources(one: Instruction) -> tuple[str, ...]:
    return one.words[:-1] if one.keyword in ("ADD", "COPY") else ()


def _mounted(flag: str) -> str:
    if VEILED.search(flag):
        return f"it cannot be seen what {flag[:80]} does"
    fields = mount(flag)
    source = fields.get("source") or fields.get("src") or ""
    if not fields.get("from") and _secret(source):
        return f"{source[:80]} is not to be mounted in a build"
    return ""


def _copied(one: Instruction, source: str) -> str:
    """Say why a file is not to be copied; what another stage has was put there before."""
    if _secret(source):
        return f"{source[:80]} is not to be put into an image"
    local = not any(flag.startswith("--from=") for flag in one.flags)
    if local and PATTERN.search(source) and not MANIFEST.fullmatch(source):
        return f"it cannot be seen what {source[:80]} copies"
    return ""


def _secret(source: str) -> bool:
    return bool(forbidden(source.removeprefix("./").rstrip("/")))
