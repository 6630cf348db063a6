"""What is left of previews: after a Run has ended, or a Trueup that was killed."""

from contextlib import suppress
from typing import TYPE_CHECKING

from trueup.model.container import PREVIEW
from trueup.model.errors import TrueupError
from trueup.model.key import Key
from trueup.model.ports import Task

if TYPE_CHECKING:
    from trueup.app.site import Site

SECONDS = 60.0
TASK = Task(SECONDS, lambda _: None, lambda: False)


def sweep_previews(site: "Site", run: Key | None = None) -> None:
    """Remove every preview, or those of one Run, if the engine answers now.

    Which projects they had stands in their compose files. Where there are none, nothing is asked.
    """
    releases = site.docker.releases
    files = releases.of(str(run) if run else "Run")
    projects = {str(releases.stored(file).get("name", "")) for file in files}
    with suppress(TrueupError):
        for project in sorted(projects - {""}):
            _sweep(site, project)


def _sweep(site: "Site", project: str) -> None:
    found = site.docker.host.containers(project)
    if left := [one.id for one in found if PREVIEW in one.labels]:
        site.tools.remove(left, TASK, volumes=True)
        site.tools.sweep(project, TASK)
