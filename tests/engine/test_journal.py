"""What a plan's book keeps of endless output."""

import pytest

from tests.engine.scene import Scene
from trueup.engine.journal import LINES, SIZE, Book
from trueup.model.key import Key
from trueup.model.plan import Plan, Verdict
from trueup.model.status import Status

KEY = Key("Stack", "web")


@pytest.mark.parametrize(
    ("line", "times", "kept"),
    [("x" * 100, 50_000, LINES), ("x" * 65_536, 1000, SIZE // 65_536), ("x" * 2 * SIZE, 3, 1)],
)
def test_of_endless_output_the_end_is_kept(line: str, times: int, kept: int) -> None:
    book = Book(Scene().world(), Status(KEY), Plan(KEY, Verdict.IN_SYNC, ""))
    for number in range(times):
        book.append("build", f"{line}{number}\n")
    page = book.pages["build"]
    assert len(page.lines) in {kept, kept - 1}
    assert page.lines[-1].endswith(str(times - 1))
    assert page.size == sum(map(len, page.lines)) <= SIZE


def test_whoever_reads_a_log_sees_how_far_it_is_while_it_grows() -> None:
    scene = Scene()
    book = Book(scene.world(), Status(KEY), Plan(KEY, Verdict.IN_SYNC, ""))

    book.append("build", "first")
    assert scene.records.paper(KEY, "build.log") == ""
    scene.clock.wait(3)
    book.append("build", "second")
    book.append("build", "third")

    assert scene.records.paper(KEY, "build.log") == "first\nsecond\n"
    book.close()
    assert scene.records.paper(KEY, "build.log") == "first\nsecond\nthird\n"
