"""Which engine is meant, as the docker CLI decides it."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from trueup.adapters.docker.endpoint import SOCKET, Endpoint, find_endpoint
from trueup.model.errors import SpecError


def write_context(directory: Path, name: str, host: str, *certs: str) -> Path:
    """Write a context as `docker context create` does; return where its certificates are."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = directory / "contexts" / "meta" / digest / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": False}
    meta.write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))
    tls = directory / "contexts" / "tls" / digest / "docker"
    tls.mkdir(parents=True)
    for cert in certs:
        (tls / f"{cert}.pem").touch()
    return tls


def test_without_any_word_it_is_the_socket_of_this_machine(tmp_path: Path) -> None:
    assert find_endpoint("", {"DOCKER_CONFIG": str(tmp_path)}) == Endpoint(SOCKET)


def test_docker_host_beats_docker_context(tmp_path: Path) -> None:
    environ = {"DOCKER_HOST": "tcp://10.0.0.5:2375", "DOCKER_CONTEXT": "lab"}

    found = find_endpoint("", {**environ, "DOCKER_CONFIG": str(tmp_path)})

    assert (found.url, found.local, found.tls) == ("tcp://10.0.0.5:2375", False, False)


def test_docker_host_with_tls_takes_its_certificates(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / f"{name}.pem").touch()
    environ = {"DOCKER_HOST": "tcp://h:2376", "DOCKER_TLS_VERIFY": "1"}

    found = find_endpoint("", {**environ, "DOCKER_CERT_PATH": str(tmp_path)})

    assert (found.ca, found.verify) == (str(tmp_path / "ca.pem"), True)


def test_a_named_context_beats_everything(tmp_path: Path) -> None:
    tls = write_context(tmp_path, "lab", "tcp://lab:2376", "ca", "cert", "key")
    environ = {"DOCKER_HOST": "tcp://other:1", "DOCKER_CONFIG": str(tmp_path)}

    found = find_endpoint("lab", environ)

    assert found.url == "tcp://lab:2376"
    assert (found.ca, found.cert, found.key) == tuple(
        str(tls / f"{name}.pem") for name in ("ca", "cert", "key")
    )


def test_the_cli_is_told_of_a_named_context_and_not_of_docker_host(tmp_path: Path) -> None:
    write_context(tmp_path, "lab", "unix:///run/lab.sock")
    found = find_endpoint("lab", {"DOCKER_CONFIG": str(tmp_path)})

    told = found.environment({"DOCKER_HOST": "tcp://other:1", "PATH": "/bin"})

    assert told == {"PATH": "/bin", "DOCKER_CONTEXT": "lab"}


def test_the_current_context_of_the_configuration_is_used(tmp_path: Path) -> None:
    write_context(tmp_path, "lab", "unix:///run/lab.sock")
    (tmp_path / "config.json").write_text('{"currentContext": "lab"}')

    found = find_endpoint("", {"DOCKER_CONFIG": str(tmp_path)})

    assert (found.url, found.local, found.context) == ("unix:///run/lab.sock", True, "")


def test_a_context_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no Docker context 'lab'"):
        find_endpoint("lab", {"DOCKER_CONFIG": str(tmp_path)})


@pytest.mark.engine
def test_a_context_that_the_docker_cli_made_is_read(tmp_path: Path) -> None:
    environ = {"DOCKER_CONFIG": str(tmp_path), "PATH": "/usr/bin:/bin"}
    make = ["docker", "context", "create", "lab", "--docker", "host=tcp://127.0.0.1:23751"]
    subprocess.run(make, env=environ, check=True, capture_output=True, timeout=30)

    assert find_endpoint("lab", environ).url == "tcp://127.0.0.1:23751"
