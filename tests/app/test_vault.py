"""The secrets of an installation: what may be read, and what is left of an old value."""

import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sealing import Key as AgeKey
from trueup.app.vault import Vault
from trueup.model.errors import SpecError
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.redaction import mask
from trueup.model.secret import (
    FromAge,
    FromEnv,
    FromEnvFile,
    FromFile,
    FromSops,
    Reference,
    Revealed,
    as_words,
)
from trueup.settings import Secret, SecretSettings

WEB = Key("Stack", "web")


class Place:
    """A source, a key, and a directory in memory."""

    def __init__(self, folder: Path, memory: Path) -> None:
        self.folder, self.memory, self.key = folder, memory, AgeKey()
        self.root = folder / "source"
        self.root.mkdir()
        (folder / "allowed").mkdir()
        (folder / "age.txt").write_text(self.key.secret)
        self.events: list[Event] = []

    def vault(self) -> Vault:
        """Return what a process that starts now has."""
        settings = SecretSettings(
            keys=(Secret(file=str(self.folder / "age.txt")),),
            env=("APP_*",),
            files=(self.folder / "allowed",),
            directory=self.memory,
        )
        return Vault(settings, lambda: "salt", self.events.append)

    def sealed(self, **said: str) -> str:
        """Write the SOPS file of the source; return its path."""
        (self.root / "s.yaml").write_text(self.key.sops_yaml(said))
        return str(self.root / "s.yaml")

    def reveal(self, vault: Vault, reference: Reference) -> Revealed:
        """Return the secret X."""
        (found,) = vault.reveal(WEB, str(self.root), {"X": reference})
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    memory = Path("/dev/shm") / f"trueup-test-{secrets.token_hex(4)}"  # noqa: S108
    yield Place(tmp_path, memory)
    shutil.rmtree(memory, ignore_errors=True)


def release(one: Revealed, **said: str) -> dict[str, object]:
    """Return a release that mounts a secret and has it as a variable."""
    kept = {"owner": "Stack.web", "name": one.name, **as_words(one.origin), **said}
    return {"x-trueup": {"secrets": {one.digest: kept}}, "services": {"a": {"env": one.token}}}


def test_every_kind_of_reference_is_read_masked_and_kept_in_memory(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_X", "from-the-environment")
    (place.folder / "allowed" / "x").write_text("from-a-file\n")
    (place.root / "x.age").write_bytes(place.key.age(b"from-age"))
    (place.root / "x.env").write_text(place.key.sops_dotenv({"X": "from-an-env-file"}))
    references: dict[str, Reference] = {
        "from-the-environment": FromEnv("APP_X"),
        "from-a-file": FromFile(str(place.folder / "allowed" / "x")),
        "from-age": FromAge(str(place.root / "x.age")),
        "from-sops": FromSops(place.sealed(k="from-sops"), "k"),
        "from-an-env-file": FromEnvFile(str(place.root / "x.env"), "X"),
    }
    for value, reference in references.items():
        vault = place.vault()
        one = place.reveal(vault, reference)
        assert mask(f"<{value}>") == "<***>"
        assert vault.environment(release(one)) == {f"TRUEUP_SECRET_{one.digest}": value}
        vault.keep(release(one))
        assert Path(one.file).read_text().strip() == value
        assert vault.values(WEB, [one.digest, "0" * 16]) == {one.digest: value}


def test_what_the_configuration_does_not_open_stays_closed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TOKEN", "of-trueup-itself")
    outside = place.folder / "outside.yaml"
    outside.write_text(place.key.sops_yaml({"k": "v"}))
    (place.root / "link.yaml").symlink_to(outside)
    (place.folder / "allowed" / "link").symlink_to("/etc/passwd")
    for reference, why in (
        (FromEnv("GIT_TOKEN"), "trueup.yaml does not name it"),
        (FromEnv("APP_ABSENT"), "Trueup runs without it"),
        (FromFile("/etc/passwd"), "trueup.yaml allows no directory"),
        (FromFile(str(place.folder / "allowed" / "link")), "trueup.yaml allows no directory"),
        (FromFile(str(place.folder / "allowed" / "absent")), "there is no such file"),
        (FromSops(str(outside), "k"), "read from their own source only"),
        (FromSops(str(place.root / "link.yaml"), "k"), "read from their own source only"),
        (FromSops(str(place.root / "absent.yaml"), "k"), "there is no such file"),
        (FromAge(place.sealed(k="v")), "it is damaged, or encrypted for other keys"),
    ):
        with pytest.raises(SpecError, match=why):
            place.reveal(place.vault(), reference)


def test_an_old_value_is_had_from_memory_then_from_its_encrypted_copy(place: Place) -> None:
    old = place.reveal(place.vault(), FromSops(place.sealed(k="old-value"), "k"))
    copy = place.folder / "copy.yaml"
    copy.write_bytes((place.root / "s.yaml").read_bytes())
    was = release(old, copy=str(copy))
    place.vault().keep(was)
    place.sealed(k="new-value")
    key = f"TRUEUP_SECRET_{old.digest}"

    assert place.vault().environment(was) == {key: "old-value"}
    shutil.rmtree(place.memory)
    assert place.vault().environment(was) == {key: "old-value"}
    place.vault().keep(was)
    assert Path(old.file).read_text() == "old-value"
    assert place.events == []


def test_where_an_old_value_is_lost_the_present_one_is_used_and_that_is_told(place: Place) -> None:
    file = place.folder / "allowed" / "x"
    file.write_text("old-value")
    old = place.reveal(place.vault(), FromFile(str(file)))
    file.write_text("new-value")

    vault = place.vault()
    vault.keep(release(old))

    assert Path(old.file).read_text() == "new-value"
    assert [event.name for event in place.events] == ["secret-replaced"]
    assert "new-value" not in place.events[0].message
    assert place.vault().values(WEB, [old.digest]) == {}


def test_a_value_that_is_no_text_can_be_mounted_and_is_no_variable(place: Place) -> None:
    (place.root / "x.age").write_bytes(place.key.age(b"\xff\0binary"))
    one = place.reveal(place.vault(), FromAge(str(place.root / "x.age")))
    vault = place.vault()
    vault.keep(release(one))

    assert Path(one.file).read_bytes() == b"\xff\0binary"
    with pytest.raises(SpecError, match="is not text, and so no variable"):
        vault.environment(release(one))


def test_a_process_that_only_reads_masks_what_another_one_uses(place: Place) -> None:
    vault = place.vault()
    one = place.reveal(vault, FromSops(place.sealed(k="only-in-memory-1"), "k"))
    vault.keep(release(one))
    script = "import sys; from tests.app.test_vault import told; print(told(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(place.memory)],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "a *** b\n"


def told(memory: str) -> str:
    """Return what a new process says of a value that it has never read itself."""
    Vault(SecretSettings(directory=Path(memory)), lambda: "salt", print)
    return mask("a only-in-memory-1 b")


def test_memory_is_cleared_of_what_no_release_uses_and_of_stacks_that_are_gone(
    place: Place,
) -> None:
    vault = place.vault()
    found = []
    for value in ("value-1", "value-2", "value-3"):
        found += [place.reveal(vault, FromSops(place.sealed(k=value), "k"))]
        vault.keep(release(found[-1]))

    vault.clear(WEB, [release(found[1])])
    assert [Path(one.file).exists() for one in found] == [False, True, True]

    vault.forget(WEB)
    assert [Path(one.file).exists() for one in found] == [False, False, False]


def test_a_key_that_was_replaced_is_used_at_the_next_look(place: Place) -> None:
    vault = place.vault()
    path = place.sealed(k="the-value")
    place.reveal(vault, FromSops(path, "k"))
    (place.folder / "age.txt").write_text(AgeKey().secret)
    with pytest.raises(SpecError, match="none of its 1 age recipients has a key here"):
        place.reveal(vault, FromSops(path, "k"))
    (place.folder / "age.txt").unlink()
    with pytest.raises(SpecError, match="cannot be used: No such file"):
        place.reveal(vault, FromSops(path, "k"))
