"""What a `docker compose` leaves that was killed while it recreated a container.

It makes the new container as `<12 hex digits>_name`, removes the old one, then renames. What
a look finds is put right by the plan; this is for what an act leaves to the next one.
"""

import re
from collections.abc import Sequence

from trueup.model.container import Container
from trueup.model.ports import Task, Tools

LEFT = re.compile(r"[0-9a-f]{12}_(.+)")


def heal(ours: Sequence[Container], tools: Tools, task: Task) -> bool:
    """Put names right, and remove what has its place taken; return whether anything was."""
    taken = {one.name for one in ours}
    left = [(one, found[1]) for one in ours if (found := LEFT.fullmatch(one.name))]
    for one, name in left:
        if name in taken:
            tools.remove([one.id], task)
        else:
            taken.add(name)
            tools.act(one.id, f"rename:{name}", task)
    return bool(left)
