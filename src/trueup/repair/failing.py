"""Which stages of a Dockerfile count for an error: the one that failed, or else the one built."""

from trueup.model.repair import Request
from trueup.repair.dockerfile import Stage, failed, lineage, stages


def built_stages(request: Request, act: str = "") -> tuple[Stage, ...]:
    """Return the stage that failed, or else the one that is built, and those below it.

    None where there is no Dockerfile to be read. `act` is the instruction as a log shows it.
    """
    every = stages(request.files.text(request.place.dockerfile) or "")
    if found := failed(every, act):
        return lineage(every, str(found[0].index))
    return lineage(every, request.place.target)
