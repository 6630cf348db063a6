"""Refuses files that are something else than their names say: documents, compose files.

Looks at the events of the parser, so that no spelling of YAML hides what it says.
"""

from trueup.model.repair import Edit, Refusal
from trueup.repair.gates.parsed import scalars

NAMES = (".yaml", ".yml", ".json")
KNOWN = frozenset({"package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"})


def disguised(edit: Edit) -> tuple[Refusal, ...]:
    """Return a refusal if a file is, or becomes, a document of Trueup or a compose file."""
    name = edit.path.casefold().rpartition("/")[2]
    if not name.endswith(NAMES) or name in KNOWN:
        return ()
    for text in (edit.before or "", edit.after):
        if what := _kind(text):
            says = f"this file is {what} by its content, which is never edited"
            return (Refusal("forbidden-file", edit.path, 0, says),)
    return ()


def _kind(text: str) -> str:
    """Say what a text is. One word is enough: an alias could hide what it belongs to."""
    said = scalars(text)
    if any(value.startswith("trueup/v") for value in said):
        return "a document of Trueup"
    return "a compose file" if "services" in said else ""
