"""Package indexes over HTTP: versions, modules, registries, locks; and whom this machine asks."""

import io
import json
import os
import shutil
import threading
import zipfile
from pathlib import Path

import pytest

from tests.adapters.index_server import Answer, Server, serving
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.indexes.configured import NPM, PYPI, configured
from trueup.adapters.indexes.fetch import Fetch, shown
from trueup.adapters.indexes.npm import NodeRegistry
from trueup.adapters.indexes.npm_lock import NodeLock
from trueup.adapters.indexes.pypi import PythonIndexes
from trueup.model.errors import ToolError, TransientError
from trueup.model.repair import PackageFacts, PackageVersion

SHA = "a" * 64
HTML = f"""<!DOCTYPE html><html><body><h1>Links</h1>
<a href="../../files/My.Pack-1.0.tar.gz#sha256={SHA}"
   data-requires-python="&gt;=3.8">My.Pack-1.0.tar.gz</a>
<a href="../../files/my_pack-2.0-py3-none-any.whl"
   data-upload-time="2025-01-02T03:04:05Z">my_pack-2.0-py3-none-any.whl</a>
<a href="x" data-yanked="broken">my_pack-3.0-py3-none-any.whl</a>
<a href="http://[bad">my_pack-4.0-py3-none-any.whl</a>
<a href="y">README.txt</a>
</body></html>"""
JSON = {
    "meta": {"api-version": "1.1"},
    "name": "my-pack",
    "files": [
        {
            "filename": "My.Pack-1.0.tar.gz",
            "url": "../../files/My.Pack-1.0.tar.gz",
            "hashes": {"sha256": SHA},
            "requires-python": ">=3.8",
        },
        {
            "filename": "my_pack-2.0-py3-none-any.whl",
            "url": "../../files/my_pack-2.0-py3-none-any.whl",
            "hashes": {},
            "upload-time": "2025-01-02T03:04:05Z",
        },
        {
            "filename": "my_pack-3.0-py3-none-any.whl",
            "url": "x",
            "hashes": {},
            "yanked": "broken",
        },
    ],
}
FACTS = PackageFacts(
    "my-pack",
    (
        PackageVersion("1.0", ">=3.8", "", frozenset({SHA})),
        PackageVersion("2.0", "", "2025-01-02T03:04:05Z"),
    ),
)
PATH = "/simple/my-pack/"


def python(server: Server, fetch: Fetch | None = None) -> PythonIndexes:
    """Return the Python index of a server."""
    return PythonIndexes(fetch or Fetch(), (f"{server.url}/simple",))


def wheel(*names: str, filler: int = 0) -> bytes:
    """Return a wheel with some files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if filler:
            archive.writestr("big/data.bin", os.urandom(filler))
        for name in names:
            archive.writestr(name, "")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(HTML.encode()),
        Answer(json.dumps(JSON).encode(), "application/vnd.pypi.simple.v1+json"),
    ],
    ids=["html", "json"],
)
def test_both_forms_of_an_index_say_the_same_without_what_was_yanked(answer: Answer) -> None:
    with serving({PATH: answer}) as server:
        assert python(server).facts("My_Pack") == FACTS


def test_what_an_index_does_not_know_is_not_there() -> None:
    with serving({}) as server:
        assert python(server).facts("my-pack") is None
        assert python(server).facts("../../etc/passwd") is None
        assert server.sent == [(PATH, 0)]


def test_the_indexes_of_the_build_are_asked_and_the_own_ones_where_it_says_so() -> None:
    with serving({PATH: Answer(HTML.encode())}) as own, serving({}) as other:
        index = python(own)
        extra = (f"{other.url}/simple/",)

        assert index.facts("my-pack", extra) is None
        assert index.facts("my-pack", ("", *extra)) == FACTS
        assert len(other.sent) == 2


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_server_that_is_out_of_order_is_waited_for(code: int) -> None:
    with serving({PATH: Answer(b"", code=code)}) as server, pytest.raises(TransientError) as told:
        python(server).facts("my-pack")

    assert f"HTTP {code}" in told.value.text


def test_an_index_that_is_not_there_or_says_nothing_is_waited_for() -> None:
    never = threading.Event()
    with serving({PATH: Answer(b"", wait=never)}) as server:
        with pytest.raises(TransientError):
            python(server, Fetch(seconds=0.3)).facts("my-pack")
        never.set()
    with pytest.raises(TransientError):
        python(server).facts("my-pack")


@pytest.mark.parametrize("code", [401, 403])
def test_no_credential_is_in_an_error(code: int) -> None:
    with serving({PATH: Answer(b"", code=code)}) as server:
        url = server.url.replace("://", "://user:canary@") + "/simple"
        with pytest.raises(ToolError) as told:
            python(server).facts("my-pack", (url,))
    with pytest.raises(TransientError) as gone:
        python(server).facts("my-pack", (url,))

    assert "canary" not in told.value.text + gone.value.text
    assert "user" not in told.value.text + gone.value.text


def test_of_an_address_only_the_place_is_shown() -> None:
    assert (
        shown("https://user:canary@h.example:8080/x?token=canary#y") == "https://h.example:8080/x"
    )
    assert "canary" not in shown("https://user:canary@[bad/x")


def test_an_answer_without_end_is_refused() -> None:
    with serving({PATH: Answer(b"x" * 50_000)}) as server, pytest.raises(ToolError):
        Fetch().get(server.url + PATH, largest=10_000)


def test_only_http_is_asked() -> None:
    with pytest.raises(ToolError):
        Fetch().get("file:///etc/passwd")


def test_going_round_in_circles_ends() -> None:
    turning = Answer(b"", code=302, headers={"Location": PATH})
    with serving({PATH: turning}) as server, pytest.raises(TransientError):
        python(server).facts("my-pack")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"files": [1]}', b"\xff\xfe"])
def test_a_page_that_is_none_has_no_packages(body: bytes) -> None:
    with serving({PATH: Answer(body, "application/json")}) as server:
        assert python(server).facts("my-pack") is None


@pytest.mark.parametrize("ranges", [True, False])
def test_the_modules_of_a_wheel_are_read_from_its_end(ranges: bool) -> None:  # noqa: FBT001
    names = (
        "pack/__init__.py",
        "pack/deep/x.py",
        "single.py",
        "_fast.cpython-311-x86_64-linux-gnu.so",
        "my_pack-2.0.dist-info/RECORD",
        "my_pack-2.0.data/scripts/run",
        "my_pack-2.0.data/purelib/other/y.py",
    )
    file = Answer(wheel(*names, filler=300_000), ranges=ranges)
    pages = {PATH: Answer(HTML.encode()), "/files/my_pack-2.0-py3-none-any.whl": file}
    with serving(pages) as server:
        found = python(server).modules("my-pack", "2.0")

    assert found == frozenset({"pack", "single", "_fast", "other", "big"})
    assert (server.sent[-1][1] < 100_000) == ranges


def test_a_list_longer_than_the_end_is_fetched_too() -> None:
    names = [f"pack/{'x' * 100}{number}.py" for number in range(2000)]
    pages = {
        PATH: Answer(HTML.encode()),
        "/files/my_pack-2.0-py3-none-any.whl": Answer(wheel(*names)),
    }
    with serving(pages) as server:
        assert python(server).modules("my-pack", "2.0") == frozenset({"pack"})


def test_of_what_has_no_wheel_the_modules_are_not_known() -> None:
    pages = {
        PATH: Answer(HTML.encode()),
        "/files/my_pack-2.0-py3-none-any.whl": Answer(b"PK no wheel"),
    }
    with serving(pages) as server:
        assert python(server).modules("my-pack", "1.0") is None
        assert python(server).modules("my-pack", "2.0") is None


PACKUMENT = {
    "name": "@a/b",
    "dist-tags": {"latest": "1.1.0"},
    "versions": {
        number: {
            "name": "@a/b",
            "version": number,
            "engines": {"node": ">=18"},
            "dist": {"tarball": "http://registry.example/b.tgz", "integrity": "sha512-AA=="},
        }
        for number in ("1.0.0", "1.1.0")
    },
    "time": {"1.0.0": "2025-01-01T00:00:00Z"},
}


def test_a_registry_says_versions_and_what_they_need() -> None:
    page = Answer(json.dumps(PACKUMENT).encode(), "application/json")
    with serving({"/@a%2Fb": page, "/broken": Answer(b"{}", "application/json")}) as server:
        registry = NodeRegistry(Fetch(), server.url)

        assert registry.facts("@a/b") == PackageFacts(
            "@a/b",
            (
                PackageVersion("1.0.0", ">=18", "2025-01-01T00:00:00Z"),
                PackageVersion("1.1.0", ">=18"),
            ),
        )
        assert registry.facts("nothing") is None
        assert registry.facts("broken") is None
        assert registry.facts("../x") is None


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
@pytest.mark.thorough
class TestLocks:
    """npm makes the lock, from a registry that this test serves."""

    MANIFEST = '{\n  "name": "api",\n  "dependencies": {\n    "@a/b": "^1.0.0"\n  }\n}\n'

    def lock(self, server: Server, folder: Path, **files: str) -> str | None:
        """Return the lock of a project."""
        environ = {"npm_config_registry": server.url, "npm_config_cache": str(folder)}
        given = {"package.json": self.MANIFEST, **files}
        return NodeLock(DockerCli(Endpoint("")), environ).make(given, "")

    def test_a_lock_is_made_without_the_host_of_a_registry(self, tmp_path: Path) -> None:
        page = Answer(json.dumps(PACKUMENT).encode(), "application/json")
        with serving({"/@a%2fb": page}) as server:
            made = self.lock(server, tmp_path)

        assert made is not None
        assert json.loads(made)["packages"]["node_modules/@a/b"]["version"] == "1.1.0"
        assert "resolved" not in made
        assert "127.0.0.1" not in made

    def test_a_lock_names_the_hosts_that_the_old_one_named(self, tmp_path: Path) -> None:
        old = {
            "name": "api",
            "lockfileVersion": 2,
            "packages": {
                "": {},
                "node_modules/c": {"version": "1.0.0", "resolved": "https://old.example/c.tgz"},
            },
        }
        page = Answer(json.dumps(PACKUMENT).encode(), "application/json")
        with serving({"/@a%2fb": page}) as server:
            made = self.lock(server, tmp_path, **{"package-lock.json": json.dumps(old, indent=2)})

        assert made is not None
        assert json.loads(made)["lockfileVersion"] == 2
        assert '"resolved": "https://old.example/b.tgz"' in made
        assert "node_modules/c" not in made

    def test_what_has_no_solution_has_no_lock(self, tmp_path: Path) -> None:
        with serving({}) as server:
            assert self.lock(server, tmp_path) is None

    def test_a_registry_that_does_not_answer_is_waited_for(self, tmp_path: Path) -> None:
        with serving({}) as server:
            pass
        rc = "fetch-retries=0\n"

        with pytest.raises(TransientError) as told:
            self.lock(server, tmp_path, **{".npmrc": rc})

        assert "127.0.0.1/" not in told.value.text


def test_a_machine_without_configuration_asks_the_public_indexes(tmp_path: Path) -> None:
    found = configured({}, tmp_path / "home", tmp_path / "etc")

    assert (found.python, found.node, found.certificates) == ((PYPI,), NPM, ())


def test_variables_beat_the_own_files_and_those_beat_the_files_of_the_machine(
    tmp_path: Path,
) -> None:
    home, etc = tmp_path / "home", tmp_path / "etc"
    for path, text in {
        etc / "pip.conf": "[global]\nindex-url = https://a.example/simple\ncert = /a.pem\n",
        home / ".config/pip/pip.conf": "[global]\nindex_url = https://b.example/simple\n"
        "extra-index-url = https://c.example/simple\n    https://d.example/simple\n",
        etc / "npmrc": "registry=https://n.example/\n",
        home / ".npmrc": '//n.example/:_authToken=canary\ncafile="/n.pem"\n',
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    files = configured({}, home, etc)
    variables = configured(
        {"PIP_INDEX_URL": "https://e.example/simple", "npm_config_registry": "https://m.example"},
        home,
        etc,
    )

    assert files.python == (
        "https://b.example/simple",
        "https://c.example/simple",
        "https://d.example/simple",
    )
    assert files.node == "https://n.example"
    assert files.certificates == ("/a.pem", "/n.pem")
    assert variables.python[0] == "https://e.example/simple"
    assert variables.node == "https://m.example"
