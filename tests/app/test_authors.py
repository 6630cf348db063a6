"""What becomes of a Run that nobody has a patch for."""

from typing import Any

import pytest

from tests.repair.asking import request
from trueup.app.runs.authors import _joined, _why_not, futile, unbuilt
from trueup.model.errors import FutileError, SpecError, ToolError, TransientError, TrueupError
from trueup.model.repair import Diagnosis

NOTHING = FutileError("NothingToPropose", "rules has no patch", "nothing to propose")
WELL = FutileError("NothingToRepair", "shop/api is verified; nothing to repair", well=True)
DENIED = futile(ToolError("glm refuses to answer", "HTTP 401: no such key"))


def reason_of(*errors: TrueupError) -> str:
    found = _joined(errors, in_vain=False)
    return found.reason if isinstance(found, FutileError) else type(found).__name__


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SpecError("there is no provider glm"), "ProviderUnknown"),
        (SpecError("fix.diff cannot be applied"), "NothingToPropose"),
        (ToolError("glm refuses to answer", "HTTP 403"), "ModelRefused"),
        (ToolError("no provider answers", "a refuses to answer: HTTP 401"), "ModelRefused"),
        (ToolError("glm refuses to answer", "HTTP 400"), "ToolError"),
        (TransientError("glm does not answer"), "TransientError"),
    ],
)
def test_an_error_that_would_come_again_is_the_last_one(error: TrueupError, reason: str) -> None:
    assert reason_of(futile(error)) == reason


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ([NOTHING, DENIED], "ModelRefused"),
        ([NOTHING, NOTHING], "NothingToPropose"),
        ([NOTHING, ToolError("the gates refuse it")], "ToolError"),
        ([NOTHING, TransientError("no answer")], "TransientError"),
        ([WELL], "NothingToRepair"),
        ([WELL, DENIED], "ModelRefused"),
    ],
)
def test_a_run_goes_on_as_long_as_one_author_may_say_something_else(
    errors: list[Any], reason: str
) -> None:
    assert reason_of(*errors) == reason


def test_a_service_that_is_not_built_here_is_told_as_such() -> None:
    assert unbuilt(SpecError("service db of Stack/web is not built here")).reason == "NotBuilt"
    assert unbuilt(SpecError("there is no Stack/web")).reason == "TargetUnusable"


def test_what_nobody_has_a_patch_for_is_named() -> None:
    lost = Diagnosis("python-module", "milk", "The module milk is missing.", 1.0, "", "")

    assert _why_not(None, request({}, diagnosis=lost)) == (
        "nothing to propose: The module milk is missing."
    )
