"""What a Trueup that was killed leaves on this machine, put away before anything begins.

What it leaves on the Docker host is the business of the first look at each resource.
"""

import hashlib
from contextlib import suppress

from trueup.adapters.disk.records import tidy
from trueup.adapters.orphans import disown
from trueup.app.runs.leftovers import sweep_runs
from trueup.app.site import Site
from trueup.model.errors import TrueupError
from trueup.model.event import Event


def put_away(site: Site) -> None:
    """End orphaned programs and remove unfinished files. The state directory must be ours."""
    mark = hashlib.sha256(str(site.state.resolve()).encode()).hexdigest()[:16]
    if ended := disown(mark):
        message = f"a Trueup that was killed had left {ended} processes at work; they were ended"
        site.emit(Event(None, "orphans-ended", message, "warning"))
    names = [one.name for one in site.settings.sources]
    folders = {site.answers.directory(name) for name in names}
    for folder in (*folders, site.state / "documents", site.state / "controls"):
        tidy(folder)
    site.docker.releases.tidy()
    if site.records.under_way():
        _remove_probes(site)
    sweep_runs(site)


def _remove_probes(site: Site) -> None:
    """Remove containers of probes that were never started, if the engine answers now."""
    with suppress(TrueupError):
        listed = ["--filter", "label=trueup.probe=true", "--filter", "status=created"]
        if left := site.docker.cli.docker(["ps", "--all", "--quiet", *listed]).split():
            site.docker.cli.docker(["rm", "--force", "--", *left])
