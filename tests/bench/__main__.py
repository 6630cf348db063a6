"""Run benchmarks and print their rows: `python -m tests.bench [MODULE...]`.

Every module of this folder that has `rows() -> Iterator[Row]` is a benchmark.
"""

import argparse
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.bench.row import Row

Rows = Callable[[], Iterator[Row]]


def main() -> None:
    """Run what is named, or everything, and print as it comes."""
    known = benchmarks()
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="MODULE", help=", ".join(known))
    for name in parser.parse_args().names or known:
        for row in known[name]():
            print(row, flush=True)


def benchmarks() -> Mapping[str, Rows]:
    """Return name → rows of every module here that has any."""
    names = sorted(one.name for one in pkgutil.iter_modules([str(Path(__file__).parent)]))
    modules = {n: importlib.import_module(f"tests.bench.{n}") for n in names if n != "__main__"}
    return {name: module.rows for name, module in modules.items() if hasattr(module, "rows")}


if __name__ == "__main__":
    main()
