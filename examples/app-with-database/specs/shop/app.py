"""A shop: POST /orders adds an order, GET /orders lists them, GET /health says how it is."""

import json
import os
import urllib.request

import bottle

DATABASE = os.environ["DATABASE_URL"]


def ask(data: bytes | None = None) -> object:
    with urllib.request.urlopen(DATABASE, data, timeout=3) as answer:
        return json.load(answer)


@bottle.get("/health")
def health() -> dict[str, object]:
    ask()
    return {"database": "reachable"}


@bottle.get("/orders")
def orders() -> dict[str, object]:
    return {"orders": ask()}


@bottle.post("/orders")
def order() -> dict[str, object]:
    return {"ordered": ask(bottle.request.body.read())}


bottle.run(host="0.0.0.0", port=8080, quiet=True)
