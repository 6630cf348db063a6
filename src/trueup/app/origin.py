"""Where in which file a document says something."""

from pathlib import Path

from trueup.app.site import Site
from trueup.documents.read import read
from trueup.documents.recognise import key_of
from trueup.model.key import Key


def place_of(site: Site, key: Key, field: tuple[str, ...]) -> str:
    """Return `file:line` of a field of a document; the file alone where it is not found."""
    resource = site.wishes[key]
    if resource is None:
        return str(key)
    root = site.sources[resource.source].tree
    path = Path(root.root if root else ".") / resource.file
    shown = path if site.settings.source(resource.source).directory else resource.file
    line = _line(path, key, field)
    return f"{shown}:{line}" if line else str(shown)


def _line(path: Path, key: Key, field: tuple[str, ...]) -> int:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return 0
    return next((raw.line_of(field) for raw in read(text) if key_of(raw.body) == key), 0)
