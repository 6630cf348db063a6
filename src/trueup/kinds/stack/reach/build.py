"""What building the image of one service reaches for. Pure."""

import csv
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from trueup.kinds.stack.reach.fields import BUILD_HARMLESS, BUILD_JUDGED
from trueup.kinds.stack.reach.ground import Ground, within
from trueup.kinds.stack.reach.need import Need

Model = Mapping[str, Any]

RIGHTS = frozenset({"privileged", "entitlements"})
ELSEWHERE = re.compile(r"[a-z0-9+.-]+://|git@|github\.com/", re.IGNORECASE)
IMAGES = ("docker-image://", "service:", "target:")


def build_needs(name: str, said: Model, here: str, ground: Ground) -> Iterator[Need]:
    """Yield everything that building a service reaches for."""
    yield from _contexts(name, said, here, ground)
    if said.get("network") == "host":
        why = "builds in the host's network namespace"
        yield Need(name, f"{here}.network", why, "namespaces", "network")
    elif str(said.get("network") or "").startswith("container:"):
        why, value = "builds in another container's network", f"network={said['network']}"
        yield Need(name, f"{here}.network", why, "namespaces", value)
    for field in sorted(RIGHTS & said.keys()):
        if said[field]:
            yield Need(name, f"{here}.{field}", "builds with rights on the host", "privileged")
    for cache in said.get("cache_from") or ():
        if _local(str(cache)):
            yield Need(name, f"{here}.cache_from", "reads a folder", "fields", "build.cache_from")
    for field, value in said.items():
        known = field in BUILD_HARMLESS | BUILD_JUDGED | RIGHTS or field.startswith("x-")
        if value not in (None, False, "", [], {}) and not known:
            why = "is not known to stay within the project"
            yield Need(name, f"{here}.{field}", why, "fields", f"build.{field}")


def _contexts(name: str, said: Model, here: str, ground: Ground) -> Iterator[Need]:
    context = str(said.get("context") or "")
    yield from _context(name, f"{here}.context", context, ground)
    dockerfile = str(said.get("dockerfile") or "")
    if dockerfile and not ELSEWHERE.match(context):
        path = posixpath.join(context, dockerfile)
        if not within(ground.real(path), ground.real(context)):
            yield from ground.file(name, f"{here}.dockerfile", path)
    for other, where in (said.get("additional_contexts") or {}).items():
        if not str(where).startswith(IMAGES):
            place = f"{here}.additional_contexts.{other}"
            yield from _context(name, place, str(where), ground)


def _local(cache: str) -> bool:
    """Whether a cache is a folder, as buildx reads it: CSV, whose keys are in any case.

    What is no line of CSV is none that buildx reads either; it is judged as a folder.
    """
    try:
        fields = next(csv.reader([cache], strict=True), [])
    except csv.Error:
        return True
    said = [field.partition("=") for field in fields]
    return any(
        (key.strip().lower(), value.strip().lower()) == ("type", "local") for key, _, value in said
    )


def _context(name: str, place: str, where: str, ground: Ground) -> Iterator[Need]:
    if posixpath.isabs(where):
        yield from ground.file(name, place, where)
    elif where:
        yield Need(name, place, f"builds from {where}", "remote", where)
