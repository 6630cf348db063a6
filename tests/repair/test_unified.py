"""Diffs: written as `git apply` takes them, applied exactly or not at all."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueup.model.repair import Edit
from trueup.repair.hunks import DiffError
from trueup.repair.unified import applied, diff_of

LINE = st.sampled_from(
    ["", "a", "b", "  c", "+x", "-y", "--- d", "+++ e", "@@ -1 +1 @@", "\\ f", "g\r", "é"]
)
TEXT = st.builds(
    lambda lines, end: "\n".join(lines) + end,
    st.lists(LINE, max_size=25),
    st.sampled_from(["", "\n"]),
)
GIT = shutil.which("git") or "git"
PATHS = ["Dockerfile", "a b/Dockerfile", "é/x.txt", 'q"uote.txt', "deep/er/y.toml"]


@st.composite
def edits(draw: st.DrawFn) -> tuple[Edit, ...]:
    found = []
    for path in draw(st.lists(st.sampled_from(PATHS), unique=True, min_size=1, max_size=3)):
        before = draw(st.none() | TEXT)
        after = draw(TEXT)
        if after != before:
            found.append(Edit(path, before, after))
    return tuple(found)


def there(made: tuple[Edit, ...]) -> dict[str, str | None]:
    return {edit.path: edit.before for edit in made}


@given(edits())
@settings(max_examples=300)
def test_what_is_written_is_read_back(made: tuple[Edit, ...]) -> None:
    if made:
        assert applied(diff_of(made), there(made).get) == made


@pytest.mark.thorough
@given(made=edits())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_git_takes_what_is_written(
    made: tuple[Edit, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for edit in made:
        put(root, edit.path, edit.before)

    if made:
        git_apply(root, diff_of(made))

    assert {edit.path: read(root, edit.path) for edit in made} == {e.path: e.after for e in made}


def put(root: Path, path: str, text: str | None) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is not None:
        file.write_bytes(text.encode())


def read(root: Path, path: str) -> str:
    return (root / path).read_bytes().decode()


def git_apply(root: Path, diff: str) -> None:
    subprocess.run(
        [GIT, "apply", "--whitespace=nowarn", "-"],
        cwd=root,
        input=diff.encode(),
        check=True,
        timeout=30,
    )


def test_a_diff_is_written_like_git_writes_it(tmp_path: Path) -> None:
    made = (
        Edit("api/Dockerfile", "FROM a\nRUN b\n", "FROM a\nRUN c"),
        Edit("api/new file.txt", None, "x\n"),
    )

    assert diff_of(made) == (
        "diff --git a/api/Dockerfile b/api/Dockerfile\n"
        "--- a/api/Dockerfile\n+++ b/api/Dockerfile\n"
        "@@ -1,2 +1,2 @@\n FROM a\n-RUN b\n+RUN c\n\\ No newline at end of file\n"
        "diff --git a/api/new file.txt b/api/new file.txt\nnew file mode 100644\n"
        "--- /dev/null\n+++ b/api/new file.txt\t\n@@ -0,0 +1,1 @@\n+x\n"
    )
    put(tmp_path, made[0].path, made[0].before)
    git_apply(tmp_path, diff_of(made))
    assert [read(tmp_path, edit.path) for edit in made] == ["FROM a\nRUN c", "x\n"]


def test_an_empty_file_is_created_like_git_does(tmp_path: Path) -> None:
    made = (Edit("a/empty.txt", None, ""), Edit("b.txt", None, "x"))
    (tmp_path / "a").mkdir()

    git_apply(tmp_path, diff_of(made))

    assert [read(tmp_path, edit.path) for edit in made] == ["", "x"]
    assert applied(diff_of(made), dict[str, str]().get) == made


HUNK = "--- a/f\n+++ b/f\n@@ -{at},3 +{at},3 @@\n a\n-b\n+B\n c\n"


def test_a_hunk_may_have_moved_where_its_lines_stand_once() -> None:
    text = "x\n" * 40 + "a\nb\nc\n"

    (edit,) = applied(HUNK.format(at=2), {"f": text}.get)

    assert edit.after == "x\n" * 40 + "a\nB\nc\n"


REFUSED = {
    "its hunks are in another order": (
        "--- a/f\n+++ b/f\n@@ -3 +3 @@\n-c\n+C\n@@ -1 +1 @@\n-a\n+A\n",
        "a\nb\nc\n",
        "not there",
    ),
    "it fits in several places": (HUNK.format(at=9), "a\nb\nc\na\nb\nc\n", "several places"),
    "it was applied before, at the end": (
        "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n # need\n tea\n+milk\n",
        "# need\ntea\nmilk\n",
        "not there",
    ),
    "it was applied before, at the beginning": (
        "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n+milk\n tea\n jam\n",
        "milk\ntea\njam\n",
        "not there",
    ),
    "it fits nowhere": (HUNK.format(at=1), "a\nb \nc\n", "not there"),
    "context in other case": (HUNK.format(at=1), "A\nb\nc\n", "not there"),
    "the file is not there": (HUNK.format(at=1), None, "not there"),
    "a file that is there is created": (
        "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n",
        "y\n",
        "already",
    ),
    "a file is deleted": (
        "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
        "a\n",
        "only change and create",
    ),
    "a deletion of git": ("diff --git a/f b/f\ndeleted file mode 100644\n", "a\n", "only change"),
    "a rename": (
        "diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n",
        "a\n",
        "only",
    ),
    "another name": ("--- a/f\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", "a\n", "only change"),
    "a mode": ("diff --git a/f b/f\nold mode 100644\nnew mode 100755\n", "a\n", "only change"),
    "a program": (
        "diff --git a/f b/f\nnew file mode 100755\n--- /dev/null\n+++ b/f\n",
        None,
        "only change",
    ),
    "a link": (
        "diff --git a/f b/f\nnew file mode 120000\n--- /dev/null\n+++ b/f\n",
        None,
        "only change",
    ),
    "binary": ("diff --git a/f b/f\nGIT binary patch\nliteral 0\n", "a\n", "only change"),
    "nothing": ("nothing here\n", "a\n", "no change"),
    "cut off": ("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n", "a\nb\nc\n", "cut off"),
    "no hunk": ("--- a/f\n+++ b/f\n", "a\n", "no hunk"),
    "no name": ("@@ -1 +1 @@\n-a\n+b\n", "a\n", "without the name"),
    "wrong numbers": (
        "--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n-a\n-b\n+c\n+d\n",
        "a\nb\n",
        "numbers of lines",
    ),
    "a line without mark": ("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\nb\n", "a\nb\n", "begins with"),
    "one file twice": (HUNK.format(at=1) * 2, "a\nb\nc\n", "two places"),
    "a head that is none": ("--- a/f\n+++ b/f\n@@ here @@\n", "a\n", "no head"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_guessed(name: str) -> None:
    diff, text, why = REFUSED[name]

    with pytest.raises(DiffError, match=why):
        applied(diff, {"f": text}.get)


def test_a_diff_with_crlf_of_its_own_is_read() -> None:
    (edit,) = applied(HUNK.format(at=1).replace("\n", "\r\n"), {"f": "a\nb\nc\n"}.get)

    assert edit.after == "a\nB\nc\n"


def test_crlf_of_the_file_is_kept() -> None:
    made = (Edit("f", "a\r\nb\r\n", "a\r\nc\r\n"),)

    assert applied(diff_of(made), there(made).get) == made


def test_the_time_that_diff_adds_and_prose_are_passed_over() -> None:
    diff = "From me\n\nSubject: x\n---\n" + HUNK.format(at=1).replace("a/f\n", "a/f\t2024-01-01\n")

    (edit,) = applied(diff, {"f": "a\nb\nc\n"}.get)

    assert edit.after == "a\nB\nc\n"


@given(st.text(max_size=200) | st.lists(LINE, max_size=30).map("\n".join))
@settings(max_examples=300)
def test_any_text_is_applied_or_refused(text: str) -> None:
    with suppress(DiffError):
        assert applied(text, {"f": "a\n"}.get)


def test_what_cannot_be_compared_in_time_counts_as_replaced() -> None:
    """The library alone takes minutes for this, too."""
    before = "a\n" + "x\n" * 20_000 + "a\n"
    made = (Edit("f", before, "b\n" + "x\n" * 20_000 + "b\n"),)

    assert applied(diff_of(made), there(made).get) == made


def test_large_files_of_equal_lines_are_compared_at_once() -> None:
    """The library alone takes minutes for this."""
    before = "x\n" * 60_000 + "a\n" + "y\n" * 60_000
    made = (Edit("f", before, before.replace("a\n", "b\n")),)

    diff = diff_of(made)

    assert diff.count("\n") == 12
    assert applied(diff, there(made).get) == made
