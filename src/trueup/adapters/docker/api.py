"""Ask the Docker engine and take its answers as bytes; say what it means when it does not answer.

A socket of this machine is asked directly: the SDK costs three times as much, and takes as
long to import as two hundred stacks take to be looked at. Every other engine is asked
through the SDK. Knows no question and reads no answer.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, urlencode

from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.wire import Answer, Lines, Wire
from trueup.model.errors import ToolError, TransientError, TrueupError

API = "1.44"  # Docker 25, the oldest that is supported; every later engine still answers it
LOCAL = "unix://"
GOOD, ABSENT, ENGINE_FAILED = 200, 404, 500


class AbsentError(LookupError):
    """The engine knows nothing of that name."""


class Api:
    """Questions to one engine. Safe to use from several threads; connections are kept.

    `elsewhere` asks an engine that is not behind a socket of this machine.
    """

    def __init__(self, endpoint: Endpoint, elsewhere: Callable[[str], Answer]) -> None:
        self._endpoint, self._elsewhere = endpoint, elsewhere
        self._idle: list[Wire] = []

    @property
    def direct(self) -> bool:
        """Whether the engine is behind a socket of this machine."""
        return self._endpoint.url.startswith(LOCAL)

    def get(self, *path: str, query: Mapping[str, str] | None = None) -> bytes:
        """Return the answer to one question, such as `containers`, `json`.

        Raises:
            AbsentError: there is no such thing.
            TransientError: the engine does not answer, or failed.
            ToolError: it refuses.
        """
        (found,) = self._asked([_url(path, query or {})])
        body = _body(found)
        if body is None:
            raise AbsentError("/".join(path))
        return body

    def each(self, paths: Sequence[tuple[str, ...]]) -> list[bytes | None]:
        """Return the answers to many questions, None for what there is not; errors as `get`."""
        return [_body(one) for one in self._asked([_url(path, {}) for path in paths])]

    def lines(self, *path: str, query: Mapping[str, str]) -> Lines:
        """Return an answer that does not end, line by line; for an engine on this machine."""
        try:
            return Wire(self._endpoint.url.removeprefix(LOCAL)).lines(_url(path, query))
        except (OSError, ValueError) as error:
            raise unreachable(error, self._endpoint) from error

    def close(self) -> None:
        """End the connections that nobody uses. A later question opens new ones."""
        while self._idle:
            self._idle.pop().close()

    def _asked(self, urls: Sequence[str]) -> list[Answer]:
        if not self.direct:
            return [self._elsewhere(url) for url in urls]
        try:
            return self._directly(urls)
        except (OSError, ValueError) as error:
            raise unreachable(error, self._endpoint) from error

    def _directly(self, urls: Sequence[str]) -> list[Answer]:
        """Ask over a connection that is kept, or a new one where that has been closed."""
        try:
            wire = self._idle.pop()
        except IndexError:
            return self._over(Wire(self._endpoint.url.removeprefix(LOCAL)), urls)
        try:
            return self._over(wire, urls)
        except ConnectionError:
            self.close()
            return self._over(Wire(self._endpoint.url.removeprefix(LOCAL)), urls)

    def _over(self, wire: Wire, urls: Sequence[str]) -> list[Answer]:
        try:
            found = wire.ask(urls)
        except BaseException:
            wire.close()
            raise
        self._idle.append(wire)
        return found


def _body(answer: Answer) -> bytes | None:
    status, body = answer
    if status == ABSENT:
        return None
    if status != GOOD:
        kind = TransientError if status >= ENGINE_FAILED else ToolError
        raise kind("the Docker engine refused a request", _reason(body))
    return body


def unreachable(error: Exception, endpoint: Endpoint) -> TrueupError:
    """Return the error for an engine that cannot be asked."""
    why = str(error) or type(error).__name__
    if "Permission denied" in why or "PermissionError" in why:
        fix = "Add this user to the group docker (usermod -aG docker USER) and log in anew."
        return ToolError(f"{endpoint.url} may not be opened by this user", why, fix)
    if "paramiko" in why:
        return ToolError(f"{endpoint.url} needs SSH", why, "Install it with: pip install paramiko")
    fix = "Start it (systemctl start docker), or point `docker.context` at the right one."
    return TransientError(f"the Docker engine at {endpoint.url} does not answer", why, fix)


def _url(path: tuple[str, ...], query: Mapping[str, str]) -> str:
    asked = "/".join(quote(part, safe="") for part in path)
    return f"/v{API}/{asked}" + (f"?{urlencode(query)}" if query else "")


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
