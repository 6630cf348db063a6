"""What a Stack says of its repairs → `RepairSpec`.

Refuses to know what a Run is: what one is to say is kept as a document would say it.
"""

from collections.abc import Mapping
from typing import Any

from trueup.kinds.stack.spec import BUILD, VERIFY, RepairSpec
from trueup.model.said import own

Body = Mapping[str, Any]
KEPT = ("instruction", "budget", "priority")


def repairing(said: Body) -> RepairSpec:
    """Return which failures make a Run, and what it says."""
    on = said.get("on", (BUILD, VERIFY))
    return RepairSpec(
        on=frozenset(one for one in on if isinstance(one, str)),
        logs=tuple(dict.fromkeys(one["log"] for one in on if not isinstance(one, str))),
        run={"steps": _steps(said), **{name: said[name] for name in KEPT if name in said}},
        per_day=int(said.get("perDay", RepairSpec().per_day)),
    )


def _steps(said: Body) -> list[Any]:
    """Return the steps of a repair, with what is said of some of them."""
    if "steps" in said:
        return list(said["steps"])
    patch = {name: said[name] for name in ("authors", "files") if name in said}
    publish = own(said.get("publish", {}))
    return [_step("patch", patch), "build", "restart", "verify", _step("publish", publish)]


def _step(name: str, said: Body) -> Any:
    return {name: dict(said)} if said else name
