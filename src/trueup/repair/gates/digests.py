"""Refuses that a lock file no longer says what the content of a package has to be."""

import json
import re
from collections.abc import Iterator

from trueup.model.repair import Edit, Refusal
from trueup.repair.gates.filetypes import is_lock
from trueup.repair.gates.manifests import leaves

DIGEST = re.compile(r"^ +(?:integrity|checksum):? ", re.MULTILINE)


def undigested(edit: Edit) -> Iterator[Refusal]:
    """Yield a refusal for every package that is still there and has lost its digest."""
    if edit.before is None or not is_lock(edit.path):
        return
    before, after = _packages(edit.before), _packages(edit.after)
    for name, digested in before.items():
        if digested and not after.get(name, True):
            says = f'the digest of "{name[:80]}" is removed'
            yield Refusal("removed", edit.path, 0, says)


def _packages(text: str) -> dict[str, bool]:
    """Return for every package whether it has a digest; nothing where nobody can tell."""
    try:
        paths = {path for path, _ in leaves(json.loads(text))}
    except (ValueError, RecursionError):
        return {name: bool(DIGEST.search(said)) for name, said in _blocks(text)}
    homes = {path.rpartition("/")[0] for path in paths}
    return {home: f"{home}/integrity" in paths for home in homes}


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of a lock of Yarn, by their first lines."""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        name, _, said = block.strip().partition("\n")
        yield name, said
