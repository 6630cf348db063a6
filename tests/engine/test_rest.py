"""What has nothing to do is not thought through again, and whatever changes ends that at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.engine.scene import REPOSITORY, WEB, Scene
from tests.kinds.stack.builders import bind, project, service
from trueup.model.errors import Problem, SpecError, TransientError
from trueup.model.key import Key

CONFIG = "/repo/web/app.conf"
Happening = Callable[[Scene], None]


def resting() -> Scene:
    """Return a scene in which nothing is to do, and that is known."""
    scene = Scene()
    scene.host.trees[REPOSITORY].files[CONFIG] = "old"
    scene.stack(project(web=service("app:1", volumes=[bind(CONFIG, "/app.conf")])))
    scene.settle()
    scene.look()
    return scene


def thinks(scene: Scene) -> bool:
    """Look once; return whether that took more than comparing, told by asking compose."""
    before = scene.host.resolved
    scene.look()
    return scene.host.resolved > before


def new_tag(scene: Scene) -> None:
    scene.host.images["app:1"] = "sha256:" + "9" * 64


def edit_config(scene: Scene) -> None:
    scene.host.trees[REPOSITORY].files[CONFIG] = "new"


def edit_release(scene: Scene) -> None:
    applied = scene.status().applied
    assert applied is not None
    scene.host.files[applied.file]["services"]["web"]["user"] = "1000"


def lose_release(scene: Scene) -> None:
    scene.host.files.clear()


def edit_compose(scene: Scene) -> None:
    said = scene.host.projects["/repo/web"]
    assert isinstance(said, dict)
    said["services"]["web"]["user"] = "1000"


def edit_status(scene: Scene) -> None:
    scene.records.texts[WEB] = scene.records.texts[WEB].replace(
        "nothing is declared", "all is declared"
    )


def say_more(scene: Scene) -> None:
    resource = scene.wanted[WEB]
    scene.wanted[WEB] = replace(resource, spec=replace(resource.spec, timeout=99.0))


def say_something_wrong(scene: Scene) -> None:
    problem = Problem("web/stack.yaml", 3, "spec", "is wrong", "Correct it.")
    scene.wanted[WEB] = replace(scene.wanted[WEB], problems=(problem,))


def ask_for_a_look(scene: Scene) -> None:
    resource = scene.wanted[WEB]
    scene.wanted[WEB] = replace(resource, spec=replace(resource.spec, requested_at="now"))


HAPPENINGS: dict[str, Happening] = {
    "killed": lambda scene: scene.host.kill("web-web-1"),
    "paused": lambda scene: scene.host.pause("web-web-1"),
    "renamed": lambda scene: scene.host.rename("web-web-1", "other"),
    "disconnected": lambda scene: scene.host.disconnect("web-web-1", "web_default"),
    "updated": lambda scene: scene.host.update("web-web-1", Memory=1 << 26),
    "removed": lambda scene: scene.host.delete("web-web-1"),
    "joined by a stranger": lambda scene: void(scene.host.stray("web", "other", "stray")),
    "given another image": new_tag,
    "without its images": lambda scene: scene.host.images.clear(),
    "given another file": edit_config,
    "given another compose file": edit_compose,
    "given another release file": edit_release,
    "without its release file": lose_release,
    "given another status": edit_status,
    "given another document": say_more,
    "given a wrong document": say_something_wrong,
    "asked about": ask_for_a_look,
    "leaving": lambda scene: scene.leave(),
}


def void(_: object) -> None:
    """Forget a result."""


def test_a_stack_with_nothing_to_do_is_not_thought_through_again() -> None:
    scene = resting()

    assert not thinks(scene)
    scene.clock.wait(7200)
    assert not thinks(scene)


@pytest.mark.parametrize("what", list(HAPPENINGS))
def test_a_stack_is_looked_at_in_full_at_once_when_it_is(what: str) -> None:
    scene = resting()

    HAPPENINGS[what](scene)
    asked, told, changes = scene.host.resolved, scene.records.writes, len(scene.host.changes)
    scene.look()

    looked = scene.host.resolved > asked or scene.records.writes > told
    assert looked or len(scene.host.changes) > changes


def test_a_commit_that_says_the_same_is_no_reason_to_think() -> None:
    scene = resting()

    scene.wanted[WEB] = replace(scene.wanted[WEB], revision="another")
    scene.host.trees[REPOSITORY].revision = "another"

    assert not thinks(scene)


def test_after_a_correction_the_stack_comes_to_rest_again() -> None:
    scene = resting()
    scene.host.kill("web-web-1")

    scene.settle()
    scene.look()

    assert scene.runs == {"web": "app:1 running"}
    assert not thinks(scene)


def test_what_compose_refuses_is_looked_at_until_it_is_put_right() -> None:
    scene = resting()
    good = scene.host.projects["/repo/web"]
    scene.host.projects["/repo/web"] = SpecError("compose refuses it", "a colon is missing", "")
    scene.settle()
    assert thinks(scene)

    scene.host.projects["/repo/web"] = good
    scene.settle()

    assert scene.ready() == "Unverified"


def test_an_engine_that_does_not_answer_is_no_rest() -> None:
    scene = resting()

    scene.host.answering = False
    scene.look()
    assert scene.ready() == "Unreachable!"

    scene.host.answering = True
    scene.look()
    assert scene.ready() == "Unverified"


def test_what_waits_is_looked_at_again() -> None:
    scene = Scene()
    scene.image("app:1", depends_on=("db",))

    scene.look()

    assert scene.ready() == "DependencyNotReady!"
    assert thinks(scene)


def test_what_is_suspended_is_not_taken_for_resting_when_it_goes_on() -> None:
    scene = resting()
    resource = scene.wanted[WEB]
    scene.wanted[WEB] = replace(resource, spec=replace(resource.spec, suspended="holidays"))
    scene.look()
    assert scene.ready() == "Suspended!"

    scene.wanted[WEB] = resource
    scene.look()

    assert scene.ready() == "Unverified"


def test_what_is_gone_is_forgotten() -> None:
    scene = resting()

    scene.leave()
    scene.settle()

    assert scene.memos.known == {}


def test_a_look_during_which_something_changes_is_not_remembered() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.settle()
    scene.memos.forget(WEB)
    said = scene.host.projects["/repo/web"]
    assert isinstance(said, dict)

    class Moving(dict):  # type: ignore[type-arg]
        """A compose file that says something else each time it is looked at."""

        def __repr__(self) -> str:
            self["seen"] = self.get("seen", 0) + 1
            return super().__repr__()

    scene.host.projects["/repo/web"] = Moving(said)
    scene.look()

    assert Key("Stack", "web") not in scene.memos.known


def test_a_work_tree_that_cannot_be_read_is_no_rest() -> None:
    scene = resting()
    refuse = TransientError("the repository does not answer")

    class Gone:
        def __getitem__(self, _: str) -> None:
            raise refuse

    scene.host.trees = Gone()  # type: ignore[assignment]
    scene.look()

    assert scene.ready() == "Unreachable!"
