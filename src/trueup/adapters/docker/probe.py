"""Ask a service whether it works: HTTP, TCP, a command in it, its log. Changes nothing.

A host that names a service means its containers, all of them, each at its own address.
"""

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

import httpx

from trueup.adapters import process
from trueup.adapters.docker.answer import LARGEST, Answer, parse_answer, shown, unexpected
from trueup.adapters.docker.deadline import Deadline
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.host import Host
from trueup.adapters.docker.probe_container import ProbeContainer
from trueup.adapters.docker.reach import LOOPBACK, Place, on_the_host, place_of, replicas
from trueup.adapters.docker.search import found
from trueup.model.checks import Command, Http, Log, Probed, Tcp
from trueup.model.container import Container
from trueup.model.errors import TrueupError

SECONDS = 5.0
WHOLE = 10.0
COMMAND_SECONDS = 30.0
EARLY = timedelta(seconds=1)
NEVER = "0001-"
LOCAL_NAMES = frozenset({"localhost", LOOPBACK, "::1", "0.0.0.0"})  # noqa: S104 - compared only
UNREACHABLE = (httpx.ConnectTimeout, TimeoutError)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of a host, and the two ways to ask it.

    `directly` takes the address to ask instead of the host (empty: the host itself),
    `inside` the network to ask from and the address; both return why it does not hold.
    """

    project: str
    host: str
    service: str
    directly: Callable[[str], str]
    inside: Callable[[str, str], str]


class Prober:
    """Carries out the checks of one engine's services.

    `whole` is for how many seconds an answer over HTTP may take in all, however slowly it comes.
    """

    def __init__(
        self, host: Host, cli: DockerCli, image: str = "busybox:stable", *, whole: float = WHOLE
    ) -> None:
        self._host = host
        self._cli = cli
        self._inside = ProbeContainer(cli, image, SECONDS)
        self._whole = whole
        self._indirect: set[str] = set()

    def probe(self, check: Probed, project: str, since: str) -> str:
        """Return why a check does not hold, in one line; empty when it does.

        `since` (RFC 3339) is where the log of the current try begins.
        """
        every = self._host.containers(project)
        try:
            match check:
                case Http():
                    return self._http(check, project, every)
                case Tcp():
                    return self._tcp(check, project, every)
                case Command():
                    return self._command(check, every)
                case Log():
                    return self._log(check, every, since)
                case _:
                    assert_never(check)
        except TrueupError as error:
            return error.text

    def _http(self, check: Http, project: str, every: tuple[Container, ...]) -> str:
        url = httpx.URL(check.url)
        port = url.port or (443 if url.scheme == "https" else 80)

        def directly(address: str) -> str:
            return _judged(check, _get(url, address, self._whole))

        def inside(network: str, address: str) -> str:
            if url.scheme == "https":
                return f"{_plain(url)} cannot be asked over https from here; use a command check"
            said = parse_answer(self._inside.ask(network, address, port, _request(url)))
            return _judged(check, said) if said else f"{_plain(url)} does not answer"

        return self._everywhere(
            every, _Question(project, url.host, check.service, directly, inside)
        )

    def _tcp(self, check: Tcp, project: str, every: tuple[Container, ...]) -> str:
        refused = f"{check.host}:{check.port} accepts no connection"

        def directly(address: str) -> str:
            try:
                socket.create_connection((address or check.host, check.port), SECONDS).close()
            except TimeoutError:
                raise
            except OSError as error:
                return f"{refused}: {error.strerror or error}"
            return ""

        def inside(network: str, address: str) -> str:
            return "" if self._inside.accepts(network, address, check.port) else refused

        return self._everywhere(
            every, _Question(project, check.host, check.service, directly, inside)
        )

    def _everywhere(self, every: tuple[Container, ...], question: _Question) -> str:
        """Ask every replica that a host stands for."""
        host = question.host
        if host not in {name for one in every for name in (one.service, one.name)} | {
            question.service
        }:
            return self._elsewhere(every, question)
        running = replicas(every, host)
        for one in running:
            why = self._at(place_of(one, every, local=self._host.endpoint.local), question)
            if why:
                return f"{one.name}: {why}" if len(running) > 1 else why
        return "" if running else f"{host} has no running container"

    def _at(self, place: Place, question: _Question) -> str:
        """Ask one replica in the way that reaches it."""
        network = f"container:{place.container}"
        if place.direct and question.project not in self._indirect:
            with suppress(*UNREACHABLE):
                return question.directly(place.address)
            why = self._from_inside(network, place.address, question)
            if not why:
                self._indirect.add(question.project)
            return why
        return self._from_inside(network, place.address, question)

    def _elsewhere(self, every: tuple[Container, ...], question: _Question) -> str:
        """Ask a host that is no service; the loopback is the one of the engine's machine."""
        if question.host in LOCAL_NAMES and not (self._host.endpoint.local and on_the_host(every)):
            return self._from_inside("host", LOOPBACK, question)
        with suppress(*UNREACHABLE):
            return question.directly("")
        return f"{question.host} does not answer within {SECONDS:g}s"

    def _from_inside(self, network: str, address: str, question: _Question) -> str:
        if not self._host.image(self._inside.image):
            self._inside.fetch()
        if not self._host.image(self._inside.image):
            return f"the probe image {self._inside.image} is not on the host and cannot be pulled"
        return question.inside(network, address)

    def _command(self, check: Command, every: tuple[Container, ...]) -> str:
        running = replicas(every, check.service)
        for one in running:
            argv = ["docker", "exec", one.id, *check.argv]
            done = process.run(argv, timeout=COMMAND_SECONDS, env=self._cli.environment())
            if done.code != 0:
                said = (done.err or done.out).decode(errors="replace").strip()
                last = shown(said.rpartition("\n")[2])
                why = f"{one.name}: {check.argv[0]} exited {done.code}, wants 0"
                return f"{why}: {last}" if last else why
        return "" if running else f"{check.service} has no running container"

    def _log(self, check: Log, every: tuple[Container, ...], since: str) -> str:
        mine = [one for one in every if one.service == check.service and not one.oneoff]
        for one in mine:
            # What is wanted may have been said before this try, by a container that was kept.
            start = since if check.absent else _earlier(since, one.started_at)
            has = found(check.pattern, self._host.logs(one.id, start))
            if has == check.absent:
                verb = "has" if has else "does not have"
                return f"the log of {one.name} {verb} /{check.pattern}/"
        return "" if mine else f"{check.service} has no container"


def _get(url: httpx.URL, address: str, whole: float) -> Answer | str:
    """Return the answer of one GET, or why there is none; of an endless body its beginning.

    Raises:
        httpx.ConnectTimeout: the address cannot be reached from here.
    """
    target = url.copy_with(host=address or url.host, userinfo=b"")
    # Docker says that it is the right container; its certificate need not say so as well.
    verify = False if address or url.scheme == "http" else ssl.create_default_context()
    deadline = Deadline(whole)
    more: Any = {"headers": _headers(url), "extensions": {"trace": deadline.trace}}
    try:
        with (
            deadline,
            httpx.Client(verify=verify, trust_env=False, timeout=SECONDS) as client,
            client.stream("GET", target, **more) as answer,
        ):
            return Answer(answer.status_code, _beginning(answer, deadline))
    except httpx.ConnectTimeout:
        raise
    except httpx.HTTPError as error:
        why = f"not within {whole:g}s" if deadline.over else str(error) or type(error).__name__
        return f"{_plain(url)} does not answer: {why}"


def _beginning(answer: httpx.Response, deadline: Deadline) -> str:
    """Return what comes of a body until the deadline, or until it is enough."""
    body = b""
    try:
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > LARGEST:
                break
    except httpx.HTTPError:
        if not deadline.over:
            raise
    return body[:LARGEST].decode(errors="replace")


def _judged(check: Http, answer: Answer | str) -> str:
    url = _plain(httpx.URL(check.url))
    return answer if isinstance(answer, str) else unexpected(check, url, answer)


def _request(url: httpx.URL) -> bytes:
    head = [f"GET {url.raw_path.decode('ascii') or '/'} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in _headers(url).items()]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode()


def _headers(url: httpx.URL) -> dict[str, str]:
    headers = {"Host": url.netloc.decode("ascii"), "User-Agent": "trueup", "Accept": "*/*"}
    if url.userinfo:
        headers["Authorization"] = "Basic " + b64encode(url.userinfo).decode()
    return headers


def _plain(url: httpx.URL) -> str:
    """Return the URL as people may read it: what stands before @ is a secret."""
    return str(url.copy_with(userinfo=b""))


def _earlier(since: str, started: str) -> str:
    """Return the earlier time, both RFC 3339; nothing is earlier than empty.

    The engine notes the start of a container after its first words, so a little more is taken.
    """
    if not since or not started or started.startswith(NEVER):
        return ""
    begun = datetime.fromisoformat(started) - EARLY
    return min(datetime.fromisoformat(since), begun).isoformat()
