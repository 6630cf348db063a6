"""Who owes whom how much, from a file of YAML, as a table."""

from pathlib import Path

import networkx
import yaml
from flask import Flask, Response
from psycopg2.extensions import adapt
from tabulate import tabulate

app = Flask(__name__)
DEBTS = yaml.safe_load(Path("debts.yaml").read_text())


def balances():
    graph = networkx.DiGraph()
    for one in DEBTS:
        graph.add_edge(one["from"], one["to"], weight=one["amount"])
    owed = dict(graph.in_degree(weight="weight"))
    owes = dict(graph.out_degree(weight="weight"))
    return sorted((name, owed[name] - owes[name]) for name in graph)


@app.get("/")
def show():
    rows = [(name, adapt(name).getquoted().decode(), sum_) for name, sum_ in balances()]
    table = tabulate(rows, headers=["who", "in SQL", "balance"])
    return Response(table, mimetype="text/plain")


app.run(host="0.0.0.0", port=8000)
