"""The programs that others decrypt with, built from the Go module proxy for the tests alone."""

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "trueup" / "go"
MODULES = {
    "sops": "github.com/getsops/sops/v3/cmd/sops@v3.10.2",
    "age": "filippo.io/age/cmd/age@v1.2.1",
}
BUILDING = 600


@cache
def program(name: str) -> str:
    """Return the path of a program; skip the test where it cannot be had."""
    folder = CACHE / MODULES[name].rpartition("@")[2]
    built = folder / name
    if not built.exists():
        if shutil.which("go") is None:
            pytest.skip(f"{name} is built with Go, which is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not built.exists():
                _build(name, folder)
    return str(built)


def _build(name: str, folder: Path) -> None:
    try:
        done = subprocess.run(
            ["go", "install", MODULES[name]],  # noqa: S607 - the one of the person who tests
            env={**os.environ, "GOBIN": str(folder)},
            capture_output=True,
            text=True,
            timeout=BUILDING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{MODULES[name]} is not built within {BUILDING} s")
    if done.returncode != 0:
        pytest.skip(f"{MODULES[name]} cannot be built: {done.stderr[-300:]}")


def run(argv: list[str], key: str = "", stdin: bytes = b"") -> bytes:
    """Run a program with an age key; return what it prints."""
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SOPS_AGE_KEY": key}
    done = subprocess.run(argv, env=env, input=stdin, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
