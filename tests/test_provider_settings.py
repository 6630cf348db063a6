"""Which models may be asked, and how: what is known of usual providers, and what is said."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from trueup.documents.check import check
from trueup.settings import HeaderSettings, ProviderSettings, Secret, Settings, SettingsError, load


def settings(folder: Path, **said: Any) -> Settings:
    body = {"sources": [{"name": "apps", "directory": "specs"}], **said}
    (folder / "trueup.yaml").write_text(yaml.safe_dump(body))
    return load(folder, check, environ={})


def one(folder: Path, **said: Any) -> ProviderSettings:
    (found,) = settings(folder, providers=[said]).providers
    return found


def refused(folder: Path, **said: Any) -> list[str]:
    with pytest.raises(SettingsError) as error:
        settings(folder, **said)
    return [f"{problem.field}: {problem.reason}" for problem in error.value.problems]


def test_without_providers_no_model_is_ever_asked(tmp_path: Path) -> None:
    assert settings(tmp_path).providers == ()


@pytest.mark.parametrize(
    ("name", "url", "variable"),
    [
        ("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "GOOGLE_AI_API_KEY",
        ),
        ("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
        ("meta", "https://api.llama.com/compat/v1", "META_API_KEY"),
        ("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        ("helicone", "https://ai-gateway.helicone.ai/v1", "HELICONE_API_KEY"),
    ],
)
def test_of_a_usual_provider_the_name_and_a_model_are_enough(
    tmp_path: Path, name: str, url: str, variable: str
) -> None:
    found = one(tmp_path, name=name, model="m")

    assert (found.provider.base_url, found.provider.model) == (url, "m")
    assert found.key == Secret(env=variable)


def test_a_local_server_needs_no_key(tmp_path: Path) -> None:
    found = one(tmp_path, name="local", model="qwen")

    assert found.provider.base_url == "http://127.0.0.1:11434/v1"
    assert found.provider.concurrent == 1
    assert found.key is None


def test_a_gateway_is_told_whose_session_it_is(tmp_path: Path) -> None:
    headers = one(tmp_path, name="helicone", model="openai/m").headers

    assert headers["Helicone-Auth"] == HeaderSettings("Bearer ", Secret(env="HELICONE_API_KEY"))
    assert headers["Helicone-Session-Id"] == HeaderSettings("{run}")


def test_what_is_said_counts_before_what_is_known(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        name="strong",
        like="openai",
        model="m",
        key={"file": "keys/strong"},
        headers={"X-Team": "ops", "X-Token": {"file": "keys/team", "prefix": "Token "}},
        temperature=1,
        prices={"in": 1.25, "out": 10},
        limits={"perMinute": 30, "concurrent": 2},
        timeout="5m",
        contextTokens=400_000,
        answerTokens=16_000,
        proxy="http://127.0.0.1:3128",
    )

    said = found.provider
    assert (said.name, said.base_url) == ("strong", "https://api.openai.com/v1")
    assert said.token_field == "max_completion_tokens"  # noqa: S105 - a name of a field
    assert (said.price_in, said.price_out, said.cost(1_000_000, 100_000)) == (1.25, 10, 2.25)
    assert (said.per_minute, said.concurrent, said.timeout) == (30, 2, 300)
    assert (said.context, said.longest, said.temperature) == (400_000, 16_000, 1)
    assert said.proxy == "http://127.0.0.1:3128"
    assert found.key == Secret(file=str(tmp_path / "keys/strong"))
    token = Secret(file=str(tmp_path / "keys/team"))
    assert found.headers["X-Token"] == HeaderSettings("Token ", token)


def test_files_with_keys_are_out_of_reach_for_containers(tmp_path: Path) -> None:
    said = {"name": "a", "like": "openai", "model": "m", "key": {"file": "keys/a"}}

    assert tmp_path / "keys/a" in settings(tmp_path, providers=[said]).guarded


def test_no_key_is_sent_where_that_is_said(tmp_path: Path) -> None:
    assert one(tmp_path, name="openai", model="m", key=False).key is None


def test_the_order_says_who_is_asked_first_and_who_never(tmp_path: Path) -> None:
    three = [{"name": name, "model": "m"} for name in ("openai", "xai", "local")]
    found = settings(tmp_path, providers=three, models={"order": ["local", "openai"]})

    assert [one.provider.name for one in found.providers] == ["local", "openai"]


def test_recorded_answers_need_only_their_folder(tmp_path: Path) -> None:
    found = one(tmp_path, name="scripted", answers="answers")

    assert found.provider.answers == str(tmp_path / "answers")
    assert found.provider.model == "recorded"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ([{"name": "mine", "model": "m"}], "providers[0].baseUrl: the field is missing"),
        ([{"name": "openai"}], "providers[0].model: the field is missing"),
        (
            [{"name": "a", "model": "m", "like": "opnai"}],
            "providers[0].like: nothing is known of a provider opnai",
        ),
        (
            [{"name": "xai", "model": "m"}, {"name": "xai", "model": "n"}],
            "providers[1].name: another provider has the name xai too",
        ),
    ],
)
def test_what_is_missing_is_said_with_its_place(
    tmp_path: Path, said: list[Any], problem: str
) -> None:
    assert refused(tmp_path, providers=said) == [problem]


def test_an_order_of_providers_that_are_not_there_is_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, providers=[{"name": "xai", "model": "m"}], models={"order": ["xia"]})

    assert found == ["models.order[0]: there is no provider xia"]


@pytest.mark.parametrize(
    "said",
    [
        {"baseUrl": "https://user:secret@models.example.org/v1"},
        {"key": "sk-in-clear"},
        {"headers": {"X-A": "two\nlines"}},
        {"temperature": 3},
        {"tokenField": "tokens"},
        {"prices": {"in": 1}},
        {"proxy": "socks5://127.0.0.1:1"},
    ],
)
def test_what_no_provider_may_say_is_refused(tmp_path: Path, said: dict[str, Any]) -> None:
    assert refused(tmp_path, providers=[{"name": "openai", "model": "m", **said}])
