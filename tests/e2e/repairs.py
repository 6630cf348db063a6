"""A home with a service that is broken, and Runs that repair it.

The service wants words that its requirements.txt has to have, and ends with the words of a
Python program where one is missing. So it builds in a second, and is repaired as a real one is.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from tests.adapters.repos import git
from tests.e2e.answer import read
from tests.e2e.origin import GitHome
from tests.e2e.scenario import Home, free_port, has_failed, tended
from tests.e2e.services import IMAGE

HAS, GOOD, WRONG = ["tea"], ["tea", "milk"], ["tea", "wine"]
"""What is there, what is wanted, and what does not help."""
NEEDS = "specs/web/api/requirements.txt"
ENDED = ("Succeeded", "Failed", "RolledBack", "Canceled")
DOCKERFILE = f"""FROM {IMAGE}
WORKDIR /app
COPY requirements.txt start.sh ./
{{slow}}CMD ["sh", "start.sh"]
"""
START = """for one in {wants}; do
  grep -qx "$one" requirements.txt && continue
  echo "ModuleNotFoundError: No module named '$one'" >&2
  exit 1
done
mkdir -p /www && tr '\\n' ' ' <requirements.txt >/www/index.html
exec httpd -f -p 80 -h /www
"""


class Broken:
    """What a home can do with Runs, whatever its source is. For homes to inherit from."""

    folder: Path
    specs: Path
    answers: Path
    port: int
    repair: Mapping[str, Any] = MappingProxyType({})
    """Which failures of the stack make a Run by themselves, as its document says it."""
    every: str = "10m"
    """How often the stack is looked at."""

    # --- files

    def service(
        self, has: Iterable[str], wants: Iterable[str], *, slow: float = 0, **more: Any
    ) -> None:
        """Write the Stack web: its service api runs where it has every word that it wants.

        `more` is for the compose service; it is published on `port` where there is one. Each
        build takes `slow` seconds more.
        """
        place = self.specs / "web" / "api"
        place.mkdir(parents=True, exist_ok=True)
        (place / "Dockerfile").write_text(
            DOCKERFILE.format(slow=f"RUN sleep {slow}\n" if slow else "")
        )
        (place / "requirements.txt").write_text(_lines(has))
        (place / "start.sh").write_text(START.format(wants=" ".join(wants)))
        self._project(more)

    def project_of(self, files: Mapping[str, str], **spec: Any) -> None:
        """Write the Stack web, whose service api is built from files."""
        place = self.specs / "web" / "api"
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / name).write_text(text)
        self._project({}, **spec)

    def _project(self: Any, more: Mapping[str, Any], **spec: Any) -> None:
        ports = {"ports": [f"127.0.0.1:{self.port}:80"]} if self.port else {}
        api = {"build": "api", "stop_signal": "SIGKILL", "restart": "unless-stopped"}
        checks = [{"http": {"url": "http://api/"}}]
        said = {"api": {"stable": "500ms", "verify": checks}}
        also = {"repair": self.repair} if self.repair else {}
        services = {"api": {**api, **ports, **more}}
        spec = {"timeout": "15s", "interval": self.every, **also, **spec}
        self.stack("web", services, services=said, **spec)

    def run(
        self,
        *authors: Any,
        name: str = "fix",
        mode: str = "auto",
        to: str = "",
        **spec: Any,
    ) -> None:
        """Write a Run that repairs the service by what authors propose, the rules if none."""
        steps = [
            {"patch": {"authors": list(authors) or ["rules"]}},
            "build",
            {"restart": {"mode": mode}},
            "verify",
            {"publish": {"to": to}} if to else "publish",
        ]
        target = {"stack": "web", "service": "api"}
        self.written(name, {"target": target, "steps": steps, **spec})

    def written(self: Any, name: str, spec: Mapping[str, Any]) -> None:
        """Write the document of a Run."""
        head = {"apiVersion": "trueup/v1", "kind": "Run", "metadata": {"name": name}}
        text = yaml.safe_dump({**head, "spec": spec}, sort_keys=False)
        self.replace(self.specs / f"{name}.yaml", text)

    # --- what there is to see

    def work(self, name: str = "fix") -> Mapping[str, Any]:
        """Return what is remembered of a Run; empty where it is not known."""
        return read(self.run_file(name)).body.get("work") or {}

    def run_file(self, name: str = "fix") -> Path:
        """Return where the status of a Run is written."""
        return self.answers / "Run" / f"{name}.yaml"

    def phase(self, name: str = "fix") -> str:
        """Return the phase of a Run."""
        return str(self.work(name).get("phase", ""))

    def paper(self, file: str, name: str = "fix") -> str:
        """Return an artifact of a Run; empty where there is none."""
        path = self.answers / "Run" / name / file
        return path.read_text() if path.exists() else ""

    def doing(self, name: str = "fix") -> str:
        """Return the step of a plan that a Run is carrying out; empty for none."""
        return str((read(self.run_file(name)).body.get("journal") or {}).get("step", ""))

    def steps(self, name: str = "fix") -> dict[str, str]:
        """Return step → state of a Run."""
        return {one["step"]: one["state"] for one in self.work(name).get("steps", ())}

    @property
    def workplaces(self) -> list[str]:
        """The names of Runs that have a work tree."""
        place = self.folder / ".trueup" / "work" / "Run"
        return sorted(one.name for one in place.glob("*")) if place.is_dir() else []

    def says(self: Any) -> list[str]:
        """Return the words that the service runs with; empty where it does not answer."""
        return str(self.answer(self.port)).split()

    # --- waiting

    def wait_ended(
        self: Any, name: str = "fix", phase: str = "Succeeded", timeout: float = 90.0
    ) -> Mapping[str, Any]:
        """Wait until a Run has ended, which has to be in a phase; return its memory."""
        self.wait_until(lambda: self.phase(name) in ENDED, f"{name} ends", timeout)
        work: Mapping[str, Any] = self.work(name)
        assert work["phase"] == phase, f"{work['phase']}, {work.get('message')}\n{self.report()}"
        return work

    def wait_work(self: Any, name: str = "fix", **fields: Any) -> Mapping[str, Any]:
        """Wait until what is remembered of a Run has certain fields."""

        def there() -> bool:
            work = self.work(name)
            return all(work.get(field) == said for field, said in fields.items())

        self.wait_until(there, f"{name} has {fields}")
        found: Mapping[str, Any] = self.work(name)
        return found


class RepairHome(Broken, GitHome):
    """A home that follows a git repository with a broken service."""

    def __init__(self, folder: Path, url: str = "", **git_settings: Any) -> None:
        self.port = free_port()
        super().__init__(folder, url, **git_settings)

    def configure(self, **settings: Any) -> None:
        """Write trueup.yaml; a patch is committed to the branch that is followed."""
        super().configure(**{"publish": {"to": "commit"}, **settings})

    def breaks(self) -> None:
        """Have a verified release, and a commit that had to be taken back: it wants milk."""
        self.service(HAS, HAS)
        self.commit()
        self.start()
        self.wait_ready("web")
        self.service(HAS, GOOD)
        self.commit()
        self.wait_reason("web", "RolledBack")

    def log(self, branch: str = "main") -> list[str]:
        """Return the subjects of a branch of the origin, latest first."""
        if not git(self.origin.path, "branch", "--list", branch):
            return []
        return git(self.origin.path, "log", "--format=%s", branch).splitlines()

    def message(self, branch: str = "main") -> str:
        """Return the whole message of the latest commit of a branch."""
        return git(self.origin.path, "log", "-1", "--format=%B", branch)

    def file(self, path: str = NEEDS, branch: str = "main") -> str:
        """Return a file of the origin."""
        return git(self.origin.path, "show", f"{branch}:{path}")

    def pull(self) -> None:
        """Bring the clone that pushes to what the origin has."""
        git(self.origin.work, "pull", "-q", "--rebase", str(self.origin.path), "main")

    @property
    def repairs(self) -> list[str]:
        """The subjects of the commits that a Run has made on the branch, latest first."""
        return [one for one in self.log() if one.startswith("Repair ")]


class FolderHome(Broken, Home):
    """A home that follows a plain folder with a broken service."""

    def __init__(self, folder: Path, settings: Mapping[str, Any] | None = None) -> None:
        self.port = free_port()
        super().__init__(folder, settings)


@contextmanager
def repair_home(
    folder: Path, request: pytest.FixtureRequest, url: str = "", **git_settings: Any
) -> Iterator[RepairHome]:
    """Yield a home with a git source; torn down whatever happens."""
    with tended(RepairHome(folder, url, **git_settings), has_failed(request)) as home:
        yield home


def diff(before: Sequence[str], after: Sequence[str], path: str = NEEDS) -> dict[str, Any]:
    """Return the author whose diff makes some words of others."""
    return texts(path, _lines(before), _lines(after))


def texts(path: str, before: str, after: str) -> dict[str, Any]:
    """Return the author whose diff makes one text of another."""
    both = (before.splitlines(keepends=True), after.splitlines(keepends=True))
    said = difflib.unified_diff(*both, f"a/{path}", f"b/{path}")
    return {"diff": {"text": "".join(said)}}


def _lines(words: Iterable[str]) -> str:
    return "# what it needs\n" + "".join(f"{one}\n" for one in words)
