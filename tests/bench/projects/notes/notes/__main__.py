"""Serves the notes."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from notes.page import page


class Notes(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page().encode())


ThreadingHTTPServer(("", 8000), Notes).serve_forever()
