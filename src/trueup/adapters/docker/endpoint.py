"""Which Docker engine is meant: the answer of the docker CLI, found without starting it.

Reads the Docker context of a name, or what DOCKER_HOST, DOCKER_CONTEXT and the CLI's own
configuration say. Knows nothing of what is asked of the engine.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.model.errors import SpecError

DEFAULT = "default"
SOCKET = "unix:///var/run/docker.sock"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an engine is, and how its certificate is checked; paths are empty without TLS.

    `context` is the context that the docker CLI must be told about, empty where its own
    choice is the right one.
    """

    url: str
    context: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True

    @property
    def local(self) -> bool:
        """Whether the engine is reached through a socket of this machine."""
        return self.url.startswith(("unix://", "npipe://"))

    @property
    def tls(self) -> bool:
        """Whether there is anything to say about TLS."""
        return bool(self.ca or self.cert)

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the environment that makes the docker CLI choose the same engine."""
        if not self.context:
            return dict(given)
        kept = {name: value for name, value in given.items() if name != "DOCKER_HOST"}
        return kept | {"DOCKER_CONTEXT": self.context}


def find_endpoint(context: str, environ: Mapping[str, str] | None = None) -> Endpoint:
    """Return the endpoint of a context; the CLI's own choice for an empty name.

    Raises:
        SpecError: there is no such context.
    """
    environ = os.environ if environ is None else environ
    if not context and environ.get("DOCKER_HOST"):
        return _from_environment(environ)
    name = context or environ.get("DOCKER_CONTEXT") or _current(_directory(environ))
    if name == DEFAULT:
        return Endpoint(SOCKET, context)
    return _from_context(_directory(environ), name, context)


def _from_environment(environ: Mapping[str, str]) -> Endpoint:
    url = environ["DOCKER_HOST"]
    certs = Path(environ.get("DOCKER_CERT_PATH") or _directory(environ))
    if not environ.get("DOCKER_TLS_VERIFY") and not environ.get("DOCKER_CERT_PATH"):
        return Endpoint(url)
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    return Endpoint(url, "", *_material(certs), verify)


def _from_context(directory: Path, name: str, wanted: str) -> Endpoint:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = _read(directory / "contexts" / "meta" / digest / "meta.json")
    docker = meta.get("Endpoints", {}).get("docker", {})
    if not docker.get("Host"):
        raise SpecError(
            f"there is no Docker context {name!r}",
            f"{directory} does not hold one",
            "Choose one of `docker context ls`, or none.",
        )
    certs = directory / "contexts" / "tls" / digest / "docker"
    verify = not docker.get("SkipTLSVerify", False)
    return Endpoint(docker["Host"], wanted, *_material(certs), verify)


def _material(directory: Path) -> tuple[str, str, str]:
    paths = (directory / f"{name}.pem" for name in ("ca", "cert", "key"))
    ca, cert, key = (str(path) if path.is_file() else "" for path in paths)
    return ca, cert, key


def _current(directory: Path) -> str:
    return str(_read(directory / "config.json").get("currentContext") or DEFAULT)


def _directory(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "/")) / ".docker")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
