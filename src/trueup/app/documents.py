"""From the files of a work tree to what its documents want."""

from collections.abc import Mapping
from typing import Any

from trueup.adapters.folder import documents
from trueup.documents.desired import Desired, Loader
from trueup.documents.publish import enveloped
from trueup.model.kind import Kind


class Reading:
    """Reads the documents of every source, each file only when it changed."""

    def __init__(self, kinds: Mapping[str, Kind[Any, Any]]) -> None:
        self._schemas = {name: enveloped(name, kind.schema) for name, kind in kinds.items()}
        self._loaders: dict[str, Loader] = {}

    def desired(self, source: str, root: str, path: str) -> Desired:
        """Return what the documents below one path of a work tree want."""
        loader = self._loaders.setdefault(source, Loader(self._schemas))
        found = documents(root, path)
        return loader.load(found.files, found.problems)
