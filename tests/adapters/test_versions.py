"""The version of compose is asked once for each binary, also by the next process."""

from pathlib import Path

from trueup.adapters.docker.versions import Versions


class Binary:
    """A program that counts how often it is started."""

    def __init__(self, path: Path) -> None:
        self.path, self.version, self.starts = path, "", 0

    def install(self, version: str) -> None:
        self.path.unlink(missing_ok=True)
        self.path.write_text(f"{version}\n")
        self.path.chmod(0o755)
        self.version = version

    def ask(self) -> str:
        self.starts += 1
        return self.version


def test_a_new_process_starts_no_program_for_a_version_that_is_known(tmp_path: Path) -> None:
    binary, kept = Binary(tmp_path / "compose"), tmp_path / "state" / "compose.json"
    binary.install("2.26.1")
    assert Versions(kept).of(str(binary.path), binary.ask) == "2.26.1"
    assert Versions(kept, read_only=True).of(str(binary.path), binary.ask) == "2.26.1"
    assert binary.starts == 1


def test_another_binary_is_asked_at_once(tmp_path: Path) -> None:
    binary, kept = Binary(tmp_path / "compose"), tmp_path / "compose.json"
    binary.install("2.26.1")
    running = Versions(kept)
    running.of(str(binary.path), binary.ask)
    binary.install("2.27.0")
    assert running.of(str(binary.path), binary.ask) == "2.27.0"
    assert Versions(kept).of(str(binary.path), binary.ask) == "2.27.0"


def test_a_damaged_file_costs_one_start(tmp_path: Path) -> None:
    binary, kept = Binary(tmp_path / "compose"), tmp_path / "compose.json"
    binary.install("2.26.1")
    kept.write_text('{"version": ')
    assert Versions(kept).of(str(binary.path), binary.ask) == "2.26.1"
    assert Versions(kept).of(str(binary.path), binary.ask) == "2.26.1"
    assert binary.starts == 1


def test_a_command_that_only_looks_writes_nothing(tmp_path: Path) -> None:
    binary, kept = Binary(tmp_path / "compose"), tmp_path / "state" / "compose.json"
    binary.install("2.26.1")
    Versions(kept, read_only=True).of(str(binary.path), binary.ask)
    assert not kept.parent.exists()
