"""The real program as a child process: started, asked, ended. Knows no stack."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
BYTECODE = Path(tempfile.gettempdir()) / f"trueup-bytecode-{os.getuid()}"
"""What is installed has its bytecode beside it; without any, half of a start is compiling."""

ENDING = 40.0


class Program:
    """`python -m trueup` in a folder; everything it prints goes to `log`."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log
        self.variables: dict[str, str] = {}
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of what `start` started."""
        assert self._child is not None, "Trueup was not started"
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether what `start` started still runs."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start `trueup run` in the background."""
        assert not self.alive, "Trueup runs already"
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "trueup", "run"],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> int:
        """Ask the program to end (SIGTERM); return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the program as a power cut would (SIGKILL); what it started is left alone."""
        self._end(signal.SIGKILL)

    def run(self, *arguments: str, timeout: float = 90.0) -> "subprocess.CompletedProcess[str]":
        """Run one command of the program to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "trueup", *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        with self.log.open("a") as log:
            log.write(f"$ trueup {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done

    def tail(self, lines: int = 40) -> str:
        """Return the last lines of the log."""
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(said.splitlines()[-lines:])

    def close(self) -> None:
        """End whatever is left, whatever happened."""
        if self.alive:
            self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        assert self._child is not None, "Trueup was not started"
        self._child.send_signal(how)
        return self._child.wait(ENDING)

    def _environment(self) -> dict[str, str]:
        left = ("TRUEUP_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: said for name, said in os.environ.items() if not name.startswith(left)}
        kept["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
        return {**kept, "PYTHONPATH": str(SRC), "PYTHONUNBUFFERED": "1", **self.variables}
