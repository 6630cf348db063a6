"""The Docker SDK: what is streamed, and engines that are not on this machine.

Imported when it is first needed. Knows how a client is made, not what it is asked.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import docker
from docker.errors import APIError, DockerException
from docker.tls import TLSConfig

from trueup.adapters.docker.api import API, unreachable
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.wire import TIMEOUT, Answer
from trueup.model.errors import ToolError, TransientError, TrueupError


class Sdk:
    """One client, made when it is first used and again after it was closed."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client: docker.APIClient | None = None
        self._lock = threading.Lock()

    @contextmanager
    def asking(self) -> Iterator[docker.APIClient]:
        """Yield the client, and explain what goes wrong with it.

        Raises:
            TransientError: the engine does not answer, or failed.
            ToolError: it refuses.
        """
        try:
            with self._lock:
                self._client = self._client or connect(self._endpoint)
            yield self._client
        except (DockerException, OSError) as error:  # every error of its HTTP client is an OSError
            raise _explained(error, self._endpoint) from error

    def get(self, url: str) -> Answer:
        """Return the status and the body of an answer."""
        with self.asking() as client:
            answer = client.get(client.base_url + url, timeout=TIMEOUT)
            return answer.status_code, answer.content

    def close(self) -> None:
        """End every connection. A later question opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


def connect(endpoint: Endpoint) -> docker.APIClient:
    """Return a client of an engine."""
    tls = _tls(endpoint) if endpoint.tls else False
    client = docker.APIClient(endpoint.url, version=API, timeout=int(TIMEOUT), tls=tls)
    # Else REQUESTS_CA_BUNDLE in our environment replaces the engine's own CA.
    client.trust_env = False
    return client


def _tls(endpoint: Endpoint) -> TLSConfig:
    pair = (endpoint.cert, endpoint.key) if endpoint.cert and endpoint.key else None
    return TLSConfig(client_cert=pair, ca_cert=endpoint.ca or None, verify=endpoint.verify)


def _explained(error: Exception, endpoint: Endpoint) -> TrueupError:
    if isinstance(error, APIError):
        kind = TransientError if error.is_server_error() else ToolError
        return kind("the Docker engine refused a request", error.explanation or str(error))
    return unreachable(error, endpoint)
