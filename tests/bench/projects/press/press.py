"""What a printer can rely on: its fonts, a library for pictures, and two programs."""

import subprocess
from ctypes import CDLL
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FONT = Path("/usr/share/fonts/truetype/freefont/FreeSans.ttf").read_bytes()[:4]


def tiff():
    return CDLL("libtiff.so.6").TIFFIsCODECConfigured(1)


def said(*argv, given=""):
    done = subprocess.run(
        argv, input=given, capture_output=True, text=True, timeout=10, check=False
    )
    return (done.stdout + done.stderr).strip()


PAGES = said("bc", given="2 ^ 5 * 3\n")
ABLE = f"""\
font: {FONT.hex()}
pictures without compression: {tiff()}
pages: {PAGES}
sends: {said("nc", "-h").splitlines()[-1].split()[0]}
"""


class Press(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(ABLE.encode())


ThreadingHTTPServer(("", 8000), Press).serve_forever()
