"""HTTP over a socket of this machine, against a server that answers as the test says."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trueup.adapters.docker.api import AbsentError, Api
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.wire import MOST, Answer, Wire
from trueup.model.errors import ToolError, TransientError

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"
ABSENT = b'HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\n\r\n{"message":"no!"}'
REFUSED = b'HTTP/1.1 400 Bad Request\r\nContent-Length: 18\r\n\r\n{"message":"why?"}'
FAILED = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 4\r\n\r\nbusy"

Serve = Callable[..., "Server"]


class Server:
    """Gives each connection its answers, one for each request, and closes it after the last."""

    def __init__(self, path: Path, connections: tuple[tuple[bytes, ...], ...]) -> None:
        self.path, self.asked = path, list[bytes]()
        self.api = Api(Endpoint(f"unix://{path}"), _nobody)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(path))
        self._door.listen(8)
        self._thread = threading.Thread(target=self._serve, args=(connections,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.api.close()
        self._door.close()

    def _serve(self, connections: tuple[tuple[bytes, ...], ...]) -> None:
        for answers in connections:
            one, _ = self._door.accept()
            with one, one.makefile("rb") as said:
                for answer in answers:
                    line = said.readline()
                    while said.readline().strip():
                        pass
                    self.asked.append(line)
                    one.sendall(answer)


def _nobody(url: str) -> Answer:
    raise AssertionError(f"{url} was to be asked directly")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*connections: tuple[bytes, ...]) -> Server:
        servers.append(Server(tmp_path / "engine.sock", connections))
        return servers[-1]

    yield start
    for one in servers:
        one.close()


def test_an_answer_is_read_whatever_way_its_length_is_told(serve: Serve) -> None:
    api = serve((PLAIN, CHUNKED, PLAIN)).api

    assert [api.get("a"), api.get("b"), api.get("c")] == [b"{}", b"[1,2]", b"{}"]


def test_many_questions_go_over_one_connection_and_keep_their_order(serve: Serve) -> None:
    server = serve((PLAIN, ABSENT, CHUNKED) * MOST)

    found = server.api.each([("containers", str(n), "json") for n in range(3 * MOST)])

    assert found == [b"{}", None, b"[1,2]"] * MOST
    assert server.asked[4].startswith(b"GET /v1.44/containers/4/json HTTP/1.1")


def test_a_connection_that_the_engine_has_closed_is_opened_anew(serve: Serve) -> None:
    api = serve((PLAIN,), (CHUNKED,)).api

    assert (api.get("a"), api.get("b")) == (b"{}", b"[1,2]")


def test_what_is_not_there_is_told_apart_from_what_fails(serve: Serve) -> None:
    api = serve((ABSENT, REFUSED, FAILED)).api

    with pytest.raises(AbsentError):
        api.get("images", "nobody/has:this", "json")
    with pytest.raises(ToolError, match="why"):
        api.get("a")
    with pytest.raises(TransientError, match="busy"):
        api.get("a")


def test_a_name_cannot_become_another_question(serve: Serve) -> None:
    server = serve((PLAIN,))

    server.api.get("images", "x HTTP/1.1\r\nEvil: ../../info?", "json")

    assert server.asked == [
        b"GET /v1.44/images/x%20HTTP%2F1.1%0D%0AEvil%3A%20..%2F..%2Finfo%3F/json HTTP/1.1\r\n"
    ]


@pytest.mark.parametrize(
    "said", [b"", b"220 mail\r\n\r\n", PLAIN[:-1], b"HTTP/1.1 abc\r\n\r\n", CHUNKED[:-20]]
)
def test_an_answer_that_is_cut_off_or_no_http_is_worth_another_try(
    serve: Serve, said: bytes
) -> None:
    api = serve((said,)).api

    with pytest.raises(TransientError, match="does not answer"):
        api.get("a")


def test_events_come_line_by_line_until_somebody_closes_them(serve: Serve) -> None:
    begun = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = serve((begun + b'6\r\n{"a":1\r\n4\r\n}\n{}\r\n1\r\n\n\r\n0\r\n\r\n',))

    assert list(Wire(str(server.path)).lines("/events")) == [b'{"a":1}', b"{}"]
