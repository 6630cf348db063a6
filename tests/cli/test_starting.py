"""The program starts quickly, imports little, and shows no traceback for a person's mistake."""

import resource
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Child
from tests.cli.place import Place
from trueup.cli.parser import parser

SLOW = {"docker", "httpx", "rich", "watchdog", "requests", "asyncio"}
ASK = """
import sys
from trueup.cli.main import run
try:
    run(sys.argv[1:])
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
BROKEN = """
import sys
import trueup.cli.main as main
main.HOMES["version"] = "tests.cli.broken"
sys.exit(main.run(["version"]))
"""
DYING = """
import sys, threading
import trueup.cli.acting as acting
from trueup.app.log import LineLog
from trueup.cli.main import run

class Log(LineLog):
    def __call__(self, event):
        if threading.current_thread().name.startswith("worker-"):
            raise SystemExit
        super().__call__(event)

acting.LineLog = Log
sys.exit(run(["run"]))
"""
DEAF = """
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.run([sys.executable, "-m", "trueup", *sys.argv[1:]], stderr=writer).returncode)
"""
ROOT = Path(__file__).resolve().parents[2]


def imported(child: Child, *words: str) -> set[str]:
    """Return the top modules that a command has imported when it ends."""
    return set(child.python("-c", ASK, *words).stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], ["--version"]])
def test_help_imports_nothing_slow(child: Child, words: list[str]) -> None:
    found = imported(child, *words)

    assert not found & (SLOW | {"yaml", "jsonschema_rs", "dataclasses"})
    assert "argparse" in found


@pytest.mark.parametrize(
    "words", [["validate"], ["validate", "specs"], ["get"], ["suspend", "web"]]
)
def test_commands_that_need_no_engine_import_no_client_of_one(
    child: Child, words: list[str]
) -> None:
    assert not imported(child, *words) & SLOW


def test_help_is_there_in_a_fraction_of_a_second(child: Child) -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        assert child.trueup("--help").returncode == 0
        taken = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return min(taken, worked)

    assert min(seconds() for _ in range(5)) < 0.15


@pytest.mark.parametrize("words", [["bogus"], [], ["plan", "-o", "xml"], ["logs"]])
def test_words_that_are_not_known_end_with_1_because_2_means_changes(
    child: Child, words: list[str]
) -> None:
    done = child.trueup(*words)

    assert done.returncode == 1
    assert "usage: trueup" in done.stderr


def test_a_folder_without_a_configuration_is_told_what_to_write(
    child: Child, place: Place
) -> None:
    place.folder.joinpath("trueup.yaml").unlink()
    place.folder.joinpath("specs/web.yaml").unlink()
    place.specs.rmdir()

    done = child.trueup("get")

    assert done.returncode == 1
    assert "trueup.yaml" in done.stderr
    assert "directory: specs" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_problem_of_the_configuration_is_told_at_once(place: Place) -> None:
    place.write("trueup.yaml", "sources: [{name: apps, directory: specs}]\nlog: loud\nstat: x\n")

    said = place.run("get")

    assert said.code == 1
    assert "trueup.yaml:2" in said.err
    assert "trueup.yaml:3" in said.err
    assert "Did you mean state?" in said.err


def test_a_defect_is_one_line_that_says_how_to_report_it(child: Child) -> None:
    done = child.python("-c", BROKEN, PYTHONPATH=f"{ROOT}/src:{ROOT}")

    assert done.returncode == 1
    assert done.stderr.startswith("trueup: a defect: ZeroDivisionError")
    assert "TRUEUP_DEBUG=1" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_defect_is_shown_in_full_to_who_hunts_it(child: Child) -> None:
    done = child.python("-c", BROKEN, PYTHONPATH=f"{ROOT}/src:{ROOT}", TRUEUP_DEBUG="1")

    assert "Traceback" in done.stderr


def test_a_reader_that_goes_away_is_no_defect(child: Child) -> None:
    done = child.python(
        "-c",
        "import subprocess, sys\n"
        "one = subprocess.Popen([sys.executable, '-m', 'trueup', 'schemas', 'out'],"
        " stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "one.stdout.close()\n"
        "said = one.stderr.read().decode()\n"
        "one.wait(30)\n"
        "sys.exit(said)",
    )

    assert done.stderr.strip() == ""


def test_a_complaint_that_nobody_reads_changes_no_exit_code(child: Child, place: Place) -> None:
    place.write("trueup.yaml", "sources: []\n")

    assert child.python("-c", DEAF, "get").returncode == 1
    assert child.python("-c", DEAF, "version").returncode == 0


def test_a_process_whose_worker_has_died_ends_and_says_so(child: Child) -> None:
    done = child.python("-c", DYING)

    assert done.returncode == 1
    assert "worker-0 ended in the middle of the work" in done.stderr


def test_completion_scripts_know_every_command_and_ask_for_keys(child: Child) -> None:
    for shell in ("bash", "zsh"):
        done = child.trueup("completion", shell)

        assert done.returncode == 0
        assert "suspend" in done.stdout
        assert "trueup get -o name" in done.stdout


def test_versions_are_told_even_if_no_engine_answers(child: Child) -> None:
    done = child.trueup("version")

    assert done.returncode == 0
    assert "trueup   0." in done.stdout
    assert "engine   not known: " in done.stdout
    assert "python   3." in done.stdout


def test_settings_may_stand_before_the_command_or_after_it() -> None:
    before = parser().parse_args(["--state", "a", "-c", "f", "get"])
    after = parser().parse_args(["get", "--state", "a", "-c", "f"])
    assert (before.state, before.config) == (after.state, after.config) == ("a", "f")
    assert parser().parse_args(["get"]).state is None
