"""How a git source reaches its remote, and what it keeps to itself."""

import base64
import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.adapters.git_http import serving
from tests.adapters.repos import Origin, git
from trueup.adapters.git.remote import Remote, SshKey, Token
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import SpecError, ToolError, TransientError

TOKEN = "hush-hush-4711"  # noqa: S105 - not one


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "there")


def command_lines(stop: threading.Event, seen: set[str]) -> None:
    """Note every command line on this machine until told to stop, as ps shows them."""
    while not stop.is_set():
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(place.read_bytes().decode(errors="replace"))
            except OSError:
                continue


def test_a_public_repository_is_read_over_http(origin: Origin, tmp_path: Path) -> None:
    commit = origin.commit({"a": "1"})

    with serving(origin.path.parent) as served:
        source = GitSource("main", Remote(f"{served.url}/origin.git"), tmp_path / "state")
        assert source.sync().revision == commit

        before = len(served.requests)
        source.sync()
        asked = [path for path in served.requests[before:] if "git-upload-pack" in path]

    assert len(asked) == 2  # what the server can do, and its refs: nothing is fetched


def test_a_token_opens_a_private_repository_and_is_seen_nowhere(
    origin: Origin, tmp_path: Path
) -> None:
    commit = origin.commit({"a": "1"})
    seen, stop = set[str](), threading.Event()
    witness = threading.Thread(target=command_lines, args=(stop, seen))
    witness.start()

    with serving(origin.path.parent, TOKEN) as served:
        remote = Remote(f"{served.url}/origin.git", Token(lambda: f"{TOKEN}\n"))
        source = GitSource("main", remote, tmp_path / "state")
        tree = source.sync()
    stop.set()
    witness.join()

    assert tree.revision == commit
    secrets = (TOKEN, base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode())
    assert any("ls-remote" in line for line in seen)
    assert not [line for line in seen for secret in secrets if secret in line]
    stored = [file.read_bytes() for file in tmp_path.rglob("state/**/*") if file.is_file()]
    assert not [data for data in stored for secret in secrets if secret.encode() in data]
    assert TOKEN not in repr(remote)


def test_a_rotated_token_is_taken_up(origin: Origin, tmp_path: Path) -> None:
    origin.commit({"a": "1"})
    tokens = ["old"]

    with serving(origin.path.parent, TOKEN) as served:
        remote = Remote(f"{served.url}/origin.git", Token(lambda: tokens[0]))
        source = GitSource("main", remote, tmp_path / "state")
        with pytest.raises(ToolError, match="Check the URL, its auth"):
            source.sync()

        tokens[0] = TOKEN
        assert source.sync().revision


@pytest.mark.parametrize("auth", [None, Token(lambda: "wrong-4711")])
def test_without_the_right_token_the_refusal_is_told_without_it(
    origin: Origin, tmp_path: Path, auth: Token | None
) -> None:
    origin.commit({"a": "1"})

    with serving(origin.path.parent, TOKEN) as served:
        source = GitSource("main", Remote(f"{served.url}/origin.git", auth), tmp_path / "state")
        with pytest.raises(ToolError, match=r"origin.git could not be used") as caught:
            source.sync()

    assert "wrong-4711" not in caught.value.text


def test_a_token_is_not_sent_to_another_host(origin: Origin, tmp_path: Path) -> None:
    origin.commit({"a": "1"})
    with serving(origin.path.parent, TOKEN) as private:
        url = f"{private.url.replace('127.0.0.1', 'localhost')}/origin.git"
        origin.link(git(origin.work, "rev-parse", "HEAD"), url)
        remote = Remote(f"{private.url}/origin.git", Token(lambda: TOKEN))
        source = GitSource("main", remote, tmp_path / "state", submodules=True)

        with pytest.raises(ToolError, match=r"localhost.* could not be used"):
            source.sync()


def test_a_redirect_is_followed_without_a_token_and_refused_with_one(
    origin: Origin, tmp_path: Path
) -> None:
    commit = origin.commit({"a": "1"})
    root = origin.path.parent
    with serving(root) as first, serving(root) as second:
        first.redirect = second.url.replace("127.0.0.1", "localhost")
        url = f"{first.url}/origin.git"
        assert GitSource("main", Remote(url), tmp_path / "open").sync().revision == commit

        private = GitSource("main", Remote(url, Token(lambda: TOKEN)), tmp_path / "private")
        with pytest.raises(ToolError, match="write the URL that it leads to"):
            private.sync()

    assert first.authorized
    assert second.authorized == []


def test_a_server_that_is_down_is_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    source = GitSource("main", Remote(f"http://127.0.0.1:{port}/x.git"), tmp_path / "state")

    with pytest.raises(TransientError, match=f"127.0.0.1:{port}"):
        source.sync()


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch /tmp/x",
        "ext::sh -c touch% /tmp/x",
        "https://ann:secret@example.org/x.git",
        "ssh://-oProxyCommand=touch/x",
        "relative/path",
        "ftp://example.org/x.git",
        "https://example.org/a b",
        "-x@host:path",
        "host:-path",
        "",
    ],
)
def test_a_url_that_could_do_harm_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SpecError, match="the URL of a git repository is refused") as caught:
        Remote(url)

    assert "secret" not in caught.value.text


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x.git",
        "ssh://git@example.org:22/x.git",
        "git@example.org:group/x.git",
        "file:///srv/x.git",
        "/srv/x.git",
    ],
)
def test_the_usual_ways_to_write_a_url_are_taken(url: str) -> None:
    assert Remote(url).url == url


@contextmanager
def ssh_server(place: Path) -> Iterator[int]:
    """Run a real sshd for this user on this machine."""
    place.mkdir()
    for name in ("host", "user", "stranger"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)]
        subprocess.run(argv, check=True, timeout=20)
    (place / "authorized").write_text((place / "user.pub").read_text())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    options = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": place / "host",
        "AuthorizedKeysFile": place / "authorized",
        "PidFile": place / "pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
        "AcceptEnv": "GIT_PROTOCOL",
    }
    (place / "config").write_text("".join(f"{k} {v}\n" for k, v in options.items()))
    argv = [shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", str(place / "config")]
    Path("/run/sshd").mkdir(exist_ok=True)
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as server:
        try:
            _await_port(port)
            yield port
        finally:
            server.terminate()


def _await_port(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)
        else:
            return


@pytest.mark.skipif(
    not Path("/usr/sbin/sshd").exists() or os.geteuid() != 0, reason="needs sshd, as root"
)
def test_a_key_opens_a_repository_over_ssh_and_only_a_known_host_is_spoken_to(
    origin: Origin, tmp_path: Path
) -> None:
    commit = origin.commit({"a": "1"})
    keys = tmp_path / "keys with a blank"
    with ssh_server(tmp_path / "sshd") as port:
        shutil.copytree(tmp_path / "sshd", keys)
        known, unknown = keys / "known", keys / "unknown"
        host_key = " ".join((keys / "host.pub").read_text().split()[:2])
        known.write_text(f"[127.0.0.1]:{port} {host_key}\n")
        unknown.touch()
        url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{origin.path}"

        def source(key: str, hosts: Path) -> GitSource:
            auth = SshKey(str(keys / key), str(hosts))
            return GitSource("main", Remote(url, auth), tmp_path / f"state-{key}-{hosts.name}")

        assert source("user", known).sync().revision == commit
        with pytest.raises(ToolError, match="Host key verification failed"):
            source("user", unknown).sync()
        with pytest.raises(ToolError, match="Permission denied"):
            source("stranger", known).sync()
