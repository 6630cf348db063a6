"""What a Run sees of its source once it has published."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from trueup.adapters.sources.tree import GitTree
from trueup.app.runs.bench import RunBench
from trueup.kinds.run.parse import parse
from trueup.model.key import Key
from trueup.model.repair import Edit, Proposal
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Stage, Work

RUN = Key("Run", "fix")
AT = datetime(2030, 1, 1, 12, tzinfo=UTC)


def arrived(text: str, revision: str, after: float) -> bool:
    """Return whether what was published counts as arrived, so many seconds later."""

    class Tree(GitTree):
        def text(self, path: str) -> str:
            return text if path == "/repo/api/Dockerfile" else ""

    lock: Any = None
    tree = Tree("/repo", lock)
    tree.show(revision, {}, ())
    step = Stage("publish", "Succeeded", ended_at=AT.isoformat())
    status = Status(RUN, work=Work("a", base="base", commit="c0ffee", steps=(step,)))
    edit = Edit("api/Dockerfile", "broken", "mended")
    yard: Any = SimpleNamespace(
        site=SimpleNamespace(
            records=SimpleNamespace(read=lambda _: status),
            looks=SimpleNamespace(tree=lambda _: tree),
            clock=SimpleNamespace(now=lambda: AT + timedelta(seconds=after)),
        ),
        proposals=SimpleNamespace(read=lambda *_: Proposal("rules", (edit,))),
    )
    spec = parse({"kind": "Run", "spec": {"target": {"path": "api"}}})
    run = Resource(RUN, spec, "fix.yaml", "repo", "origin", "base")
    return RunBench(yard, run, lambda _: True).arrived()


@pytest.mark.parametrize(
    ("text", "revision", "after", "seen"),
    [
        ("mended", "c0ffee", 1, True),
        ("broken", "base", 1, False),
        ("broken", "base", 3600, False),
        ("broken", "reverted", 1, False),
        ("broken", "reverted", 61, True),
    ],
)
def test_a_patch_that_a_person_takes_back_at_once_has_arrived_nevertheless(
    text: str, revision: str, after: float, *, seen: bool
) -> None:
    assert arrived(text, revision, after) is seen
