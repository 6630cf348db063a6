"""A registry on this machine that has one image, to be asked which there are."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2}
BODY = {"schemaVersion": 2, "mediaType": MANIFEST, "config": CONFIG, "layers": []}


class Registry(BaseHTTPRequestHandler):
    """Has one image, `shop:1`, and refuses whoever asks for `private`."""

    def do_GET(self) -> None:
        body = json.dumps(BODY | {"config": CONFIG | {"digest": f"sha256:{'0' * 64}"}}).encode()
        digest = f"sha256:{sha256(body).hexdigest()}"
        known = self.path in ("/v2/", *(f"/v2/shop/manifests/{one}" for one in ("1", digest)))
        status = 401 if "private" in self.path else 200 if known else 404
        self.send_response(status)
        self.send_header("Content-Type", MANIFEST)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the name that the library calls

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def little_registry() -> Iterator[str]:
    """Yield the host and port of a registry."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
