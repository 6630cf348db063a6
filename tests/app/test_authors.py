"""What becomes of a Run that nobody has a patch for."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.repair.asking import PLACE, request
from tests.repair.fake_index import FakeIndexes, facts
from trueup.app.runs.authors import Authors, _joined, _why_not, futile, unbuilt
from trueup.app.runs.evidence import evidence
from trueup.kinds.run.spec import AuthorSpec
from trueup.model.errors import FutileError, SpecError, ToolError, TransientError, TrueupError
from trueup.model.repair import Diagnosis, Edit, Proposal
from trueup.model.work import Tried, Work

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


ERROR = "ModuleNotFoundError: No module named '{}'\n"
NEEDS, PINNED = (
    "api/requirements.txt",
    {"flask": facts("Flask", "3.0"), "milk": facts("milk", "1.0")},
)
FIRST = Edit(NEEDS, "tea\n", "tea\nFlask==3.0\n")


def proposed(last: str, now: str) -> Proposal | None:
    """Return what rules propose for an error after an attempt that was for another one."""
    said = {
        NEEDS: "tea\n",
        "api/Dockerfile": "FROM python:3.11\nRUN pip install -r requirements.txt\n",
    }
    before, after = evidence(ERROR.format(last)).diagnosis, evidence(ERROR.format(now))
    assert before is not None
    tried = Tried(1, "rule/python-module", "restart", "no", "", "", before.signature)
    yard = SimpleNamespace(
        indexes=FakeIndexes(PINNED),
        proposals=SimpleNamespace(read=lambda _run, _number: Proposal("rule/x", (FIRST,))),
    )
    view: Any = SimpleNamespace(
        work=Work("spec", attempt=2, tries=(tried,)), yard=yard, run=SimpleNamespace(key=None)
    )
    talk: Any = None
    asked = request(said, log=after.log, diagnosis=after.diagnosis, place=PLACE)
    return Authors(view)._proposal(AuthorSpec("rules"), talk, asked)  # noqa: SLF001


def test_a_second_error_is_mended_on_top_of_the_first() -> None:
    found = proposed("flask", "milk")

    assert found is not None
    (edit,) = found.edits
    assert edit.before == "tea\n"
    assert "Flask==3.0" in edit.after
    assert "milk" in edit.after


def test_a_patch_that_left_the_error_as_it_was_is_not_built_on() -> None:
    found = proposed("milk", "milk")

    assert found is not None
    assert "Flask" not in found.edits[0].after
