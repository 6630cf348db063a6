"""A repair with secrets all around: none is in a file, a prompt, a commit or a log afterwards."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.adapters.repos import git
from tests.canaries import canary, everything, leaks
from tests.e2e.origin import served
from tests.e2e.repairs import GOOD, HAS, NEEDS, RepairHome, repair_home
from tests.llm import Llm, llm

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

TOKEN = canary("git").partition("/")[0]
"""What git and HTTP headers take as it is."""
LOUD = """echo "token=$SECRET" >&2; printf %s "$SECRET" | base64 >&2
"""


def answer(word: str) -> str:
    """Return what a model says to have a word added."""
    return f"""{NEEDS}
<<<<<<< SEARCH
tea
=======
tea
{word}
>>>>>>> REPLACE
"""


@pytest.fixture
def said() -> Mapping[str, str]:
    """Return the secrets of a home, by what they are for."""
    return {"service": canary("service"), "git": TOKEN, "key": canary("key").split("/")[0]}


@pytest.fixture
def home(
    tmp_path: Path, request: pytest.FixtureRequest, said: Mapping[str, str]
) -> Iterator[tuple[RepairHome, Llm]]:
    """A home with a git source over HTTP, a model behind a key, and a service that tells all."""
    auth = {"tokenFrom": {"env": "GIT_TOKEN"}, "user": "x-access-token"}
    folder = tmp_path / "git"
    memory = Path("/dev/shm") / f"{tmp_path.name}-{id(said)}"  # noqa: S108
    asked = {"wine": 0}

    def model(_: object) -> str:
        asked["wine"] += 1
        return answer("wine" if asked["wine"] == 1 else "milk")

    with (
        served(folder, TOKEN) as (url, _),
        llm(model, key=said["key"]) as server,
        repair_home(folder, request, url, auth=auth) as one,
    ):
        variables = {"GIT_TOKEN": TOKEN, "APP_SECRET": said["service"], "MODEL_KEY": said["key"]}
        one.trueup.variables |= variables
        one.configure(
            secrets={"env": ["APP_*"], "directory": str(memory)},
            providers=[
                {
                    "name": "house",
                    "baseUrl": server.url,
                    "model": "one",
                    "key": {"env": "MODEL_KEY"},
                    "prices": {"in": 1, "out": 1},
                }
            ],
        )
        yield one, server
    shutil.rmtree(memory, ignore_errors=True)


def test_no_secret_leaves_while_a_service_that_prints_its_own_is_repaired(
    home: tuple[RepairHome, Llm], said: Mapping[str, str]
) -> None:
    one, server = home
    one.service(HAS, GOOD, environment={"SECRET": "${SECRET}"})
    start = one.specs / "web" / "api" / "start.sh"
    start.write_text(LOUD + start.read_text())
    stack = one.specs / "web" / "stack.yaml"
    stack.write_text(stack.read_text() + "  secrets: {SECRET: {env: APP_SECRET}}\n")
    one.run("model")
    one.commit()
    one.start()
    work = one.wait_ended()
    one.wait_ready("web")
    one.wait_published("web")
    assert f"SECRET={said['service']}" in one.container("web", "api")["Config"]["Env"]
    one.stop()

    assert (work["attempt"], work["author"]) == (2, "model/house")
    assert len(server.asked) == 2
    assert all("No module named" in asked.text for asked in server.asked)
    assert "wine" in server.asked[1].text
    prompts = "\n".join(asked.raw.decode() for asked in server.asked)
    commits = git(one.origin.path, "log", "--all", "-p", "--format=%B%an%ae")
    images = "\n".join(
        one.engine.cli("image", "inspect", name) + one.engine.cli("history", "--no-trunc", name)
        for name in one.engine.images()
    )
    there = {"prompts": prompts, "commits": commits, "images": images}
    there |= dict(everything(one.folder))
    found = {
        (what, name): leaks(secret, text)
        for what, secret in said.items()
        for name, text in there.items()
    }
    assert {where: forms for where, forms in found.items() if forms} == {}
