"""The prices of a shop, from a file of YAML. What reads YAML is not in requirements.txt."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from tabulate import tabulate

PRICES = yaml.safe_load(Path("prices.yaml").read_text())


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        table = tabulate(sorted(PRICES.items()), headers=["what", "price"])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(table.encode() + b"\n")


ThreadingHTTPServer(("", 8000), Api).serve_forever()
