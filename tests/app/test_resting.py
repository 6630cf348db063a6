"""What is known to be at rest survives the process, and is believed only where it still fits."""

from pathlib import Path

from tests.engine.scene import WEB, Scene
from trueup.app.resting import Resting
from trueup.kinds import STANDING


def rested(tmp_path: Path, about: str = "this engine") -> tuple[Scene, Resting]:
    """Return a scene that came to rest, and its memos, written down."""
    scene, kept = Scene(), Resting(tmp_path, about)
    scene.memos = kept.memos
    scene.image("app:1")
    scene.settle()
    scene.look()
    kept.save()
    return scene, kept


def thinks(scene: Scene) -> bool:
    before = scene.host.resolved
    scene.look()
    return scene.host.resolved > before


def test_the_next_process_need_not_think_either(tmp_path: Path) -> None:
    scene, kept = rested(tmp_path)

    scene.memos = Resting(tmp_path, "this engine").memos

    assert scene.memos.known == kept.memos.known
    assert not thinks(scene)


def test_what_changed_between_two_processes_is_seen(tmp_path: Path) -> None:
    scene, _ = rested(tmp_path)
    scene.host.update("web-web-1", Memory=1 << 26)

    scene.memos = Resting(tmp_path, "this engine").memos

    assert thinks(scene)


def test_the_plan_that_is_remembered_reads_like_the_one_that_was_made(tmp_path: Path) -> None:
    scene, _ = rested(tmp_path)
    resource, kind = scene.wanted[WEB], STANDING["Stack"]
    made = kind.plan(resource, kind.observe(resource, scene.status(), scene.host), scene.status())

    memos = Resting(tmp_path, "this engine").memos
    known = memos.rest(resource, kind.terms(resource.spec), scene.records, scene.host)

    assert str(known) == str(made)
    assert "keep     web  in sync" in str(known)


def test_the_memos_of_another_engine_do_not_count(tmp_path: Path) -> None:
    rested(tmp_path)

    assert Resting(tmp_path, "another engine").memos.known == {}


def test_a_file_that_is_damaged_costs_nothing_but_time(tmp_path: Path) -> None:
    scene, _ = rested(tmp_path)
    file = tmp_path / "rest.json"
    text = file.read_text()
    for damaged in (
        "",
        "{",
        text[: len(text) // 2],
        text + " ",
        text.replace("runs what", "runs not what"),
        "[]",
        '{"about": 1}',
        "null",
        "[" * 200_000,
    ):
        file.write_text(damaged)
        scene.memos = Resting(tmp_path, "this engine").memos
        assert scene.memos.known == {}


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    rested(tmp_path)

    assert (tmp_path / "rest.json").stat().st_mode & 0o077 == 0
