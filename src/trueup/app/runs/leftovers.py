"""What Runs have left that are under way no more: work trees, previews, throw-away containers.

Runs that go on find what is theirs again. Knows nothing of what runs as their stacks want it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from trueup.app.runs.previews import sweep_previews
from trueup.model.errors import TrueupError
from trueup.model.event import Event
from trueup.model.key import Key

if TYPE_CHECKING:
    from trueup.app.site import Site


def sweep_runs(site: "Site") -> None:
    """Put it away. Where no Run was under way, nobody is asked and nothing is imported."""
    sweep_previews(site)
    if not any((site.state / "work").glob("[A-Z]*/*")):
        return
    for sweep in (_work_trees, _containers):
        _tried(site, sweep)


def _tried(site: "Site", sweep: Callable[["Site"], None]) -> None:
    try:
        sweep(site)
    except TrueupError as error:
        text = f"{error.text} It is tried again at the next start."
        site.emit(Event(None, "leftovers", text, "warning"))


def _work_trees(site: "Site") -> None:
    from trueup.app.runs.yard import Yard

    workshop = Yard(site).workshop
    for run in workshop.leftovers([key for key in site.records.known() if _goes_on(site, key)]):
        workshop.close(run)


def _goes_on(site: "Site", key: Key) -> bool:
    work = site.records.read(key).work
    return work is not None and not work.phase.ended


def _containers(site: "Site") -> None:
    from trueup.adapters.indexes.owner import sweep

    sweep(site.docker.cli)
