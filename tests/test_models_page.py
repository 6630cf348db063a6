"""What docs/models.md shows works as it is shown."""

import re
from pathlib import Path

import pytest

from tests.llm import llm
from tests.pages import ROOT, blocks
from trueup.adapters.models.purse import Purse
from trueup.adapters.models.scripted import digest_of
from trueup.app.runs.voices import models
from trueup.documents.check import check
from trueup.model.errors import ToolError
from trueup.model.provider import Message, Question
from trueup.settings import Settings, load
from trueup.settings.providers import known

PAGE = ROOT / "docs" / "models.md"
CONFIGURATIONS = [one for one in blocks(PAGE, "yaml") if "providers:" in one]
QUESTION = Question((Message("user", "why?"),), "Run/fix-api", "/patch/1")


def configured(folder: Path, text: str) -> Settings:
    (folder / "trueup.yaml").write_text(text)
    return load(folder, check, environ={})


def purse() -> Purse:
    return Purse(None, None, lambda _: None)


def never(_: float) -> bool:
    return False


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_every_configuration_on_the_page_is_valid(tmp_path: Path, text: str) -> None:
    assert configured(tmp_path, text).providers


def test_the_server_of_ones_own_is_asked_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (text,) = [one for one in CONFIGURATIONS if "name: house" in one]
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "team").write_text("team-token\n")
    monkeypatch.setenv("HOUSE_KEY", "house-key-of-this-test")
    with llm(lambda _: "because", key="house-key-of-this-test") as server:
        text = text.replace("http://127.0.0.1:8000/v1", server.url)
        asked = models(configured(tmp_path, text).providers, never).named("house")
        heard = asked.answer(QUESTION, purse())

    (one,) = server.asked
    assert (heard.text, heard.provider) == ("because", "house")
    assert one.headers["x-team"] == "ops"
    assert one.headers["x-session"] == "Run/fix-api"
    assert one.headers["x-token"] == "Token team-token"
    assert one.body["max_completion_tokens"] == 4000
    assert one.body["temperature"] == 0


def test_the_table_names_every_usual_provider_with_its_address_and_key() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)$", PAGE.read_text(), re.MULTILINE))

    assert rows.keys() == known().keys()
    for name, said in known().items():
        assert said.get("baseUrl", "folder") in rows[name]
        assert said.get("key", {}).get("env", "none") in rows[name]


def test_recorded_answers_are_named_as_the_page_says(tmp_path: Path) -> None:
    (text,) = [one for one in CONFIGURATIONS if "name: scripted" in one]
    asked = models(configured(tmp_path, text).providers, never)
    with pytest.raises(ToolError, match=f"{digest_of(QUESTION)}.md"):
        asked.answer(QUESTION, purse())
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / f"{digest_of(QUESTION)}.md").write_text("recorded")

    assert asked.answer(QUESTION, purse()).text == "recorded"
