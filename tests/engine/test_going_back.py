"""A person goes back to an earlier verified release; the next change in git goes on from there."""

from dataclasses import replace

import pytest

from tests.engine.scene import FAILS, HTTP, Scene, deployed
from tests.fake_host import image_id
from trueup.kinds import STANDING
from trueup.kinds.stack.spec import StackSpec
from trueup.model.errors import SpecError, ToolError
from trueup.model.kind import Terms
from trueup.model.plan import Sync


def verified(scene: Scene, image: str) -> str:
    """Return the digest of the release that ran an image."""
    found = {
        said["services"]["web"]["image"]: file.split("/")[-1].split(".")[0]
        for file, said in scene.host.files.items()
        if not file.endswith(".sealed.json")
    }
    return found[image]


def ask(scene: Scene, digest: str, name: str = "t1") -> None:
    """Have a person ask for a release, or for what git says with an empty digest."""
    kind = STANDING["Stack"]
    scene.kind = replace(
        kind,
        terms=lambda spec: replace(kind.terms(spec), requested_at=name, revert_to=digest),
    )


def gone_back() -> Scene:
    """Return a stack that was at its third release and was taken back to its first."""
    scene = deployed("app:1", "app:2", "app:3")
    ask(scene, verified(scene, "app:1"))
    scene.settle()
    return scene


def test_the_release_that_was_asked_for_runs_again_and_is_verified() -> None:
    scene = gone_back()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.status().sync) == ("RolledBack!", Sync.OUT_OF_SYNC)
    assert "a person went back to commit-1" in scene.message()
    applied = scene.status().applied
    assert applied is not None
    assert (applied.digest, applied.revision) == (verified(scene, "app:1"), "commit-1")
    assert applied.parts["web"].components


def test_it_stays_there() -> None:
    scene = gone_back()
    scene.untouched()


def test_drift_is_corrected_to_it() -> None:
    scene = gone_back()
    scene.host.kill(scene.container.name)
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}


def test_neither_git_nor_a_registry_is_asked() -> None:
    scene = deployed("app:1", "app:2")
    scene.host.registry = {"app:1": ToolError("down"), "app:2": ToolError("down")}
    scene.host.images.pop("app:1")
    ask(scene, verified(scene, "app:1"))
    scene.settle()
    assert scene.container.image_id == image_id("app:1")


def test_it_works_while_compose_refuses_what_git_says() -> None:
    scene = deployed("app:1", "app:2")
    scene.host.projects["/repo/web"] = SpecError("compose refuses it")
    ask(scene, verified(scene, "app:1"))
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}


def test_the_next_change_in_git_is_deployed() -> None:
    scene = gone_back()
    scene.image("app:4", **HTTP)
    scene.settle()
    assert scene.runs == {"web": "app:4 running"}
    assert (scene.ready(), scene.status().reverted) == ("Verified", None)


def test_asking_for_a_look_goes_on_to_what_git_says() -> None:
    scene = gone_back()
    ask(scene, "", "t2")
    scene.settle()
    assert scene.runs == {"web": "app:3 running"}
    assert scene.status().sync is Sync.SYNCED


def test_one_that_fails_now_is_taken_back_to_what_ran() -> None:
    scene = deployed("app:1", "app:2")
    scene.host.behaviours[tag(scene, "app:1")] = FAILS
    ask(scene, verified(scene, "app:1"))
    scene.settle()
    assert scene.runs == {"web": "app:2 running"}
    assert (scene.ready(), scene.results[-1]) == ("Verified", "RolledBack")
    assert scene.status().quarantine is None
    scene.untouched()


def test_what_git_says_is_still_known_to_be_bad_after_one_that_fails() -> None:
    scene = deployed("app:1", "app:2")
    scene.host.behaviours["app:3"] = FAILS
    scene.image("app:3", **HTTP)
    scene.settle()
    bad = scene.status().quarantine
    scene.host.behaviours[tag(scene, "app:1")] = FAILS
    ask(scene, verified(scene, "app:1"))
    scene.settle()
    assert scene.runs == {"web": "app:2 running"}
    assert scene.status().quarantine == bad


def test_one_whose_image_is_gone_is_refused_and_nothing_is_touched() -> None:
    scene = deployed("app:1", "app:2")
    before = list(scene.host.every)
    scene.host.images.pop("app:1")
    scene.host.images.pop(tag(scene, "app:1"))
    ask(scene, verified(scene, "app:1"))
    scene.settle()
    assert list(scene.host.every) == before
    assert "the image of web is gone" in scene.message()


@pytest.mark.parametrize("moment", range(1, 14))
def test_a_crash_on_the_way_back_is_made_good(moment: int) -> None:
    scene = deployed("app:1", "app:2")
    ask(scene, verified(scene, "app:1"))
    scene.dies(moment)
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.ready() == "RolledBack!"


def tag(scene: Scene, image: str) -> str:
    """Return our own tag for the image of a verified release."""
    wanted = image_id(image)
    return next(
        name
        for name, found in scene.host.images.items()
        if found == wanted and name.startswith("trueup/")
    )


def test_a_suspended_stack_says_that_going_back_waits_and_goes_back_when_it_is_resumed() -> None:
    scene = deployed("app:1", "app:2")
    asleep, first = "holidays", verified(scene, "app:1")
    kind = STANDING["Stack"]

    def terms(spec: StackSpec) -> Terms:
        said = replace(kind.terms(spec), requested_at="t1", revert_to=first)
        return replace(said, suspended=asleep)

    scene.kind = replace(kind, terms=terms)
    scene.look()
    assert scene.runs == {"web": "app:2 running"}
    assert scene.message() == (
        f"holidays; going back to commit-1 ({first}) was asked for, and waits until it is resumed"
    )
    asleep = ""
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
