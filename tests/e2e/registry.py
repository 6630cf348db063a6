"""A registry of the test's own, inside the network of an engine of the test's own.

Read-only: manifests and blobs of images that the test makes up, over HTTP.
"""

import ctypes
import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.e2e.own_engine import OwnEngine

NETWORK = 0x40000000  # CLONE_NEWNET
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar"
Blobs = dict[str, bytes]


class Registry:
    """What is asked for by name is a manifest, and by digest a blob."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.manifests: Blobs = {}
        self.blobs: Blobs = {}

    def offer(self, name: str, base: bytes, size: int) -> str:
        """Offer the image in an archive of `docker save`, with so many bytes more; name it.

        The bytes are random, so that nothing makes them fewer.
        """
        config, layers = _image(base)
        layers.append(_layer(os.urandom(size)))
        config["rootfs"]["diff_ids"] = [_digest(one) for one in layers]
        config.pop("history", None)
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._keep(json.dumps(config).encode(), CONFIG),
            "layers": [self._keep(one, LAYER) for one in layers],
        }
        self.manifests[f"/v2/{name}/manifests/1"] = json.dumps(manifest).encode()
        return f"{self.host}/{name}:1"

    def _keep(self, data: bytes, kind: str) -> Mapping[str, Any]:
        self.blobs[_digest(data)] = data
        return {"mediaType": kind, "size": len(data), "digest": _digest(data)}


@contextmanager
def registry(engine: OwnEngine) -> Iterator[Registry]:
    """Yield a registry that only the engine can reach."""
    server = _listening(engine.network)
    found = Registry(server.server_address[1])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(*_asked(found, self.path))

        do_HEAD = do_GET  # noqa: N815 - the name that the library calls

        def _answer(self, body: bytes | None, kind: str) -> None:
            self.send_response(HTTPStatus.NOT_FOUND if body is None else HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("Docker-Content-Digest", _digest(body or b""))
            self.end_headers()
            if self.command == "GET":
                with suppress(ConnectionError):  # an engine that has no room for more hangs up
                    self.wfile.write(body or b"")

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listening(network: Path) -> ThreadingHTTPServer:
    """Return a server whose socket is in another network: a thread may go there by itself."""
    found: list[ThreadingHTTPServer] = []

    def listen() -> None:
        with network.open() as file:
            assert ctypes.CDLL(None).setns(file.fileno(), NETWORK) == 0, "root may do that"
        found.append(ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    found[0].daemon_threads = True
    return found[0]


def _asked(found: Registry, path: str) -> tuple[bytes | None, str]:
    if path == "/v2/":
        return b"{}", "application/json"
    name, _, digest = path.rpartition("/")
    if name.endswith("/blobs"):
        return found.blobs.get(digest), "application/octet-stream"
    by_digest = {_digest(one): one for one in found.manifests.values()}
    return found.manifests.get(path) or by_digest.get(digest), MANIFEST


def _image(archive: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return the configuration and the layers of the image in an archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:

        def read(name: str) -> bytes:
            file = tar.extractfile(name)
            assert file is not None
            return file.read()

        (image,) = json.loads(read("manifest.json"))
        return json.loads(read(image["Config"])), [read(one) for one in image["Layers"]]


def _layer(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        said = tarfile.TarInfo("ballast")
        said.size = len(data)
        tar.addfile(said, io.BytesIO(data))
    return out.getvalue()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
