"""What docs/trust.md shows works as it is shown."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.adapters.repos import ENV, Origin, git
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.trust import Trust
from trueup.adapters.sources.git import GitSource
from trueup.app.trees import trust_of
from trueup.documents.check import check
from trueup.settings import load

PAGE = (Path(__file__).parents[1] / "docs" / "trust.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_configuration_on_the_page_is_valid(tmp_path: Path, text: str) -> None:
    (tmp_path / "trueup.yaml").write_text(text)

    settings = load(tmp_path, check, environ={})

    assert settings.sources[0].git is not None
    trust = trust_of(settings.sources[0].git.verify)
    assert trust is not None
    assert all(Path(file).parent == tmp_path / "trusted" for file in trust.gpg_keys)


def test_the_commands_on_the_page_make_commits_that_are_trusted(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    keys = tmp_path / ".ssh"
    keys.mkdir()
    make = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / "id_ed25519"))
    subprocess.run(make, check=True, timeout=30)
    git(origin.work, "config", "user.email", "ann@example.org")
    (script,) = blocks("sh")
    bash = ("bash", "-euc", script)
    subprocess.run(
        bash, cwd=origin.work, env={**ENV, "HOME": str(tmp_path)}, check=True, timeout=30
    )
    commit = origin.commit({"a": "1"})

    trust = Trust(allowed_signers=str(origin.work / "trusted" / "allowed_signers"))
    source = GitSource("main", Remote(origin.url), tmp_path / "state", trust=trust)

    assert source.sync().revision == commit
