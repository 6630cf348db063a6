"""What a status branch remembers of a host that has lost its state directory.

Without it, what failed would be tried again with no way back. Only statuses of what a
source still wants are taken, so that hosts which share a branch keep to their own.
"""

import re
from collections.abc import Iterator

from trueup.app.site import Site
from trueup.model.errors import ToolError
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.report.records import from_text

RELEASE = re.compile(r"[0-9a-f]+(\.sealed)?\.json")


def recall(site: Site, source: str) -> None:
    """Bring the statuses of a source back, where there are none on this machine.

    Raises:
        TransientError: the remote does not answer. What it remembers is worth waiting for.
    """
    publisher, files = site.answers.publishers.get(source), site.records.of(source)
    said = site.settings.source(source).git
    if publisher is None or files.known() or (said and said.verify):
        return  # nobody signs statuses, so a source that verifies cannot believe them
    wanted = {f"{key.kind}/{key.name}.yaml": key for key in site.wishes.of(source)}
    try:
        found = publisher.published(wanted)
    except ToolError as error:
        message = f"source {source}: statuses could not be read back: {error.text}"
        site.emit(Event(None, "recall-failed", message, "warning"))
        return
    for status in _read(found, wanted):
        files.write(status)


def _read(found: dict[str, bytes], wanted: dict[str, Key]) -> Iterator[Status]:
    """Yield what can be read, and might be ours."""
    for path, content in found.items():
        try:
            status = from_text(content.decode())
        except ValueError:
            continue
        if status.key == wanted[path] and _safe(status):
            yield status


def _safe(status: Status) -> bool:
    """Whether a status from elsewhere names a release file where releases are."""
    if status.applied is None:
        return True
    place = f"releases/{status.key.kind}/{status.key.name}/"
    name = status.applied.file.removeprefix(place)
    return name != status.applied.file and RELEASE.fullmatch(name) is not None
