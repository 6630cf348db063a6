"""The document of a Run that a failure makes: what a person would have written. Pure."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from trueup.app.repairs.failure import LOG, Failure
from trueup.kinds.stack.spec import RepairSpec
from trueup.model.key import Key

Body = dict[str, Any]
LONGEST, DIGITS = 63, 8
UNFIT = re.compile(r"[^a-z0-9]+")


def name_of(stack: Key, failure: Failure) -> str:
    """Return a name that is the same for the same failure, and for no other."""
    said = f"{stack.name}\n{failure.service}\n{failure.digest}\n{failure.trigger}"
    digest = hashlib.sha256(said.encode()).hexdigest()[:DIGITS]
    service = UNFIT.sub("-", failure.service.lower()).strip("-")
    room = LONGEST - DIGITS - 1
    return f"{stack.name}-{service}"[:room].rstrip("-") + f"-{digest}"


def document_of(stack: Key, failure: Failure, spec: RepairSpec) -> Body:
    """Return the document of the Run that repairs a failure."""
    target = {"stack": stack.name, "service": failure.service}
    run = {"instruction": _instruction(failure), **spec.run, "target": target}
    run["steps"] = [_verified(one, failure) for one in run["steps"]]
    return {
        "apiVersion": "trueup/v1",
        "kind": "Run",
        "metadata": {"name": name_of(stack, failure)},
        "spec": run,
    }


def _instruction(failure: Failure) -> str:
    return f"Repair service {failure.service}: {failure.says}"


def _verified(step: Any, failure: Failure) -> Any:
    """Return a step; where a log showed the failure, it is verified that this one does not."""
    pattern = failure.trigger.removeprefix(LOG)
    if pattern == failure.trigger or _name(step) != "verify":
        return step
    said = list(step["verify"]) if isinstance(step, Mapping) else []
    return {"verify": [*said, {"log": {"pattern": pattern, "absent": True}}]}


def _name(step: Any) -> str:
    return step if isinstance(step, str) else next(iter(step))
