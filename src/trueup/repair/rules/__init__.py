"""Which rule answers which class of errors."""

from collections.abc import Callable, Mapping

from trueup.model.repair import Diagnosis, Edit, Indexes, Request
from trueup.repair.rules import python

Rule = Callable[[Diagnosis, Request, Indexes], tuple[Edit, ...] | None]

RULES: Mapping[str, Rule] = {
    "python-module": python.missing_module,
}
"""By the cause of the diagnosis. A rule returns None where it has nothing to say."""
