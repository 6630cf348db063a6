"""Refuses to write what looks like a secret, or blobs in which one could hide."""

import re
from collections.abc import Iterator

from trueup.model.redaction import mask
from trueup.model.repair import Edit, Place, Refusal
from trueup.repair.gates.filetypes import Type, is_lock, type_of
from trueup.repair.gates.instructions import instructions
from trueup.repair.lines import fresh

NAMED = re.compile(
    r"(?:token|secret|passw(?:or)?d|api_?key|access_?key|private_?key|credential|auth)"
    r"[\w.-]{0,40}[\"']?\s{0,3}[=:](?!=)\s{0,3}[\"']?[^\s\"'$]",
    re.IGNORECASE,
)
MANIFESTS = (Type.REQUIREMENTS, Type.JSON, Type.TOML)
"""Where such a word before a version is the name of a package."""

DECLARED = re.compile(r"(?:token|secret|passw(?:or)?d|_key|apikey|credential|auth)", re.IGNORECASE)
DIGEST = re.compile(r"sha(?:256|384|512)[:-][A-Za-z0-9+/=]+")
BLOB = re.compile(r"[A-Za-z0-9+/=_-]{80,}|(?:\\x[0-9a-f]{2}){8,}|\b[0-9a-f]{48,}\b", re.IGNORECASE)


def confided(edit: Edit, place: Place) -> Iterator[Refusal]:
    """Yield a refusal for every new line with something like a secret in it."""
    named = type_of(edit.path, place) not in MANIFESTS and not is_lock(edit.path)
    for number, line in fresh(edit.before or "", edit.after):
        if mask(line) != line or (named and NAMED.search(line)):
            yield Refusal("secret", edit.path, number, "this line looks like it holds a secret")
        elif not is_lock(edit.path) and BLOB.search(DIGEST.sub("", line)):
            yield Refusal("blob", edit.path, number, "there is encoded data in this line")
    if type_of(edit.path, place) is Type.DOCKERFILE:
        yield from _declared(edit)


def _declared(edit: Edit) -> Iterator[Refusal]:
    known = edit.before or ""
    for one in instructions(edit.after):
        if one.keyword in ("ARG", "ENV"):
            names = re.findall(r"(?:^|\s)([\w.-]+)(?==|\s|$)", one.value)
            new = [name for name in names if DECLARED.search(name) and name not in known]
            if new:
                says = f"{one.keyword} {new[0]} would put a secret into the image"
                yield Refusal("secret", edit.path, one.line, says)
