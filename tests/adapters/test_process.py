"""How programs are started, and ended with all that they started."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trueup.adapters.process import DeadlineError, environment, run
from trueup.adapters.tail import LINE
from trueup.model.errors import SupersededError, ToolError

SPAWN = """
import subprocess, sys, time
{before}
child = subprocess.Popen(["sleep", "60"]{how})
open(sys.argv[1], "w").write(str(child.pid))
{after}
"""


def spawner(file: Path, *, before: str = "", how: str = "", after: str = "") -> list[str]:
    return [sys.executable, "-c", SPAWN.format(before=before, how=how, after=after), str(file)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def overdue(argv: list[str], file: Path, grace: float = 5.0) -> int:
    """Run a program that is ended at its deadline, but not before it has started its child.

    Returns:
        The process id of the child.
    """
    for deadline in (0.5, 1, 2, 4, 8, 16, 32):
        with pytest.raises(DeadlineError, match=rf"did not finish within {deadline}s and was end"):
            run(argv, timeout=deadline, grace=grace)
        if file.exists() and (said := file.read_text()):
            return int(said)
    raise AssertionError("it never started its child")


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.01)


def test_a_program_gives_its_exit_code_and_both_outputs() -> None:
    done = run(["sh", "-c", "cat; echo wrong >&2; exit 3"], timeout=10, input=b"right")

    assert (done.code, done.out, done.err) == (3, b"right", b"wrong\n")


def test_a_large_input_and_a_large_output_pass_at_once() -> None:
    text = b"0123456789" * 400_000

    assert run(["cat"], timeout=20, input=text).out == text


def test_a_program_that_does_not_read_its_input_is_no_failure() -> None:
    assert run(["true"], timeout=10, input=b"x" * 1_000_000).code == 0


def test_only_the_tail_of_a_long_output_is_kept() -> None:
    done = run(["sh", "-c", "seq 100000"], timeout=10, limit=13)

    assert done.out == b"99999\n100000\n"


def test_a_sink_takes_the_output_and_nothing_is_kept() -> None:
    taken: list[bytes] = []

    done = run(["seq", "3"], timeout=10, sink=taken.append)

    assert (b"".join(taken), done.out) == (b"1\n2\n3\n", b"")


def test_lines_reach_the_log_while_the_program_runs(tmp_path: Path) -> None:
    mark, lines = tmp_path / "mark", list[str]()

    def log(line: str) -> None:
        lines.append(line)
        mark.touch()

    waiting = (
        f"printf 'pull 1%%\\rpull 2%%\\n'; while [ ! -e {mark} ]; do sleep .01; done; printf end"
    )
    run(["sh", "-c", waiting], timeout=10, log=log)

    assert lines == ["pull 1%", "pull 2%", "end"]


def test_the_environment_of_a_program_is_only_what_it_is_given() -> None:
    done = run(["env"], timeout=10, env={"PATH": os.environ["PATH"], "A": "1"})

    assert {line.split("=")[0] for line in done.out.decode().splitlines()} <= {"PATH", "A", "PWD"}


def test_secrets_of_our_own_environment_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_TOKEN", "hush")
    monkeypatch.setenv("DOCKER_HOST", "unix:///x.sock")
    monkeypatch.setenv("no_proxy", "localhost")

    env = environment({"GIT_DIR": "/x"})

    assert "TRUEUP_TOKEN" not in env
    assert (env["DOCKER_HOST"], env["no_proxy"], env["GIT_DIR"]) == (
        "unix:///x.sock",
        "localhost",
        "/x",
    )


def test_at_the_deadline_the_program_and_all_its_children_are_ended(tmp_path: Path) -> None:
    argv = spawner(tmp_path / "pid", after="time.sleep(60)")

    assert not alive(overdue(argv, tmp_path / "pid"))


def test_a_child_in_a_process_group_of_its_own_is_ended_as_well(tmp_path: Path) -> None:
    argv = spawner(tmp_path / "pid", how=", process_group=0", after="time.sleep(60)")

    assert not alive(overdue(argv, tmp_path / "pid"))


def test_a_program_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    argv = spawner(tmp_path / "pid", before=ignore, after="time.sleep(60)")

    assert not alive(overdue(argv, tmp_path / "pid", grace=0.3))


def test_work_that_is_superseded_is_ended_at_once(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    argv = spawner(file, after="time.sleep(60)")
    began = time.monotonic()

    with pytest.raises(SupersededError):
        run(argv, timeout=60, superseded=lambda: file.exists() and bool(file.read_text()))

    assert time.monotonic() - began < 30
    assert not alive(int(file.read_text()))


def test_a_grandchild_that_holds_the_pipe_does_not_hold_us(tmp_path: Path) -> None:
    began = time.monotonic()

    done = run(spawner(tmp_path / "pid", after="print('done')"), timeout=30)

    assert (done.code, done.out) == (0, b"done\n")
    assert time.monotonic() - began < 30
    until(lambda: not alive(int((tmp_path / "pid").read_text())))


def test_a_log_that_fails_leaves_no_process_behind(tmp_path: Path) -> None:
    def log(line: str) -> None:
        raise OSError(line)

    argv = spawner(tmp_path / "pid", after="print('x', flush=True); time.sleep(60)")
    with pytest.raises(OSError, match="x"):
        run(argv, timeout=30, log=log)

    until(lambda: not alive(int((tmp_path / "pid").read_text())))


def test_a_program_killed_from_outside_tells_the_signal() -> None:
    assert run(["sh", "-c", "kill -KILL $$"], timeout=10).code == -signal.SIGKILL


def test_a_missing_program_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        ToolError, match=r"git could not be started: No such file.*apt-get install git"
    ):
        run(["git", "version"], timeout=1, env={"PATH": str(tmp_path)})


def test_a_missing_directory_is_not_mistaken_for_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"gone is not a directory"):
        run(["true"], timeout=1, cwd=tmp_path / "gone")


def test_arguments_are_not_repeated_in_errors() -> None:
    with pytest.raises(DeadlineError) as caught:
        run(["sh", "-c", "sleep 60", "--token=hush"], timeout=0.1)

    assert "hush" not in caught.value.text


def test_no_thread_and_no_open_file_is_left() -> None:
    before = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(5):
        run(["true"], timeout=10, input=b"x")
    with pytest.raises(DeadlineError):
        run(["sleep", "60"], timeout=0.1)

    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before


def test_a_program_gets_no_more_memory_than_it_may_have() -> None:
    greedy = "import sys; sys.stdin.read(); print(len(bytearray(256 << 20)))"

    done = run((sys.executable, "-c", greedy), timeout=30, input=b"go", memory=128 << 20)

    assert done.code != 0
    assert b"MemoryError" in done.err


def test_of_a_line_without_end_only_its_end_is_told() -> None:
    said: list[str] = []

    done = run(
        [sys.executable, "-c", "import sys; sys.stdout.write('x' * (16 << 20) + 'end')"],
        timeout=20,
        log=said.append,
    )

    assert (done.code, len(said), said[0][-3:]) == (0, 1, "end")
    assert len(said[0]) <= LINE
