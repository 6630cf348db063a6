"""Keeps orders: POST / adds one, GET / lists all. Stands for the database that you use."""

import json
import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer

DATABASE = sqlite3.connect("/data/orders.db")


class Orders(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = DATABASE.execute("SELECT what FROM orders ORDER BY id").fetchall()
        self.answer([what for (what,) in found])

    def do_POST(self) -> None:
        what = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with DATABASE:
            DATABASE.execute("INSERT INTO orders (what) VALUES (?)", (what,))
        self.answer(what)

    def answer(self, said: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())


DATABASE.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, what TEXT)")
HTTPServer(("", 7000), Orders).serve_forever()
