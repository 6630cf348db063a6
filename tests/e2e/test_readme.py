"""What the README shows first is what the program says, and its commands do what they say."""

import re
import shutil

import pytest

from tests.e2e.scenario import Home, free_port
from tests.pages import ROOT, blocks, commands

pytestmark = pytest.mark.engine

README = ROOT / "README.md"
FOREVER = (["run"],)


def test_the_plan_in_the_readme_is_what_its_stack_gives_and_its_commands_work(home: Home) -> None:
    stack, plan = blocks(README, "yaml")[0], blocks(README, "")[0]
    own = f"spec:\n  project: {home.project('web')}\n"
    home.write(home.specs / "web/stack.yaml", stack.replace("spec:\n", own))
    for name in ("compose.yaml", "site"):
        copy(name, home)
    assert home.once() == 0

    home.write(home.specs / "web/site/index.html", "<h1>Welcome back</h1>\n")
    done = home.trueup.run("plan")

    assert done.returncode == 2
    assert without_digests(done.stdout) == without_digests(plan)
    quick = stack.replace("    web:\n", "    web:\n      stable: 500ms\n")
    home.write(home.specs / "web/stack.yaml", quick.replace("spec:\n", own))
    shown = [words for words in commands(README) if words not in FOREVER and not of_repairs(words)]
    assert [words for words in shown if not works(home, words)] == []


def of_repairs(words: list[str]) -> bool:
    """Whether a command is about a Run or a failed build, which only the repair example has."""
    return words[0] == "diagnose" or any(word.startswith("Run/") for word in words)


def copy(name: str, home: Home) -> None:
    there = ROOT / "examples/web/specs/web" / name
    here = home.specs / "web" / name
    if there.is_dir():
        shutil.copytree(there, here)
    else:
        home.write(here, there.read_text().replace("${WEB_PORT:-8080}", str(free_port())))


def works(home: Home, words: list[str]) -> bool:
    return home.trueup.run(*words).returncode in ({0, 2} if words[0] == "plan" else {0})


def without_digests(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{8}\b", "DIGEST", text)
