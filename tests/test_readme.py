"""What README and the other pages show is valid: every YAML block, every command, every link."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pages import PAGES, ROOT, blocks, commands
from trueup.cli.parser import parser
from trueup.documents.check import check
from trueup.report.records import from_text, to_text

SCRIPTS = ("deploy/quickstart", "deploy/test", "deploy/setup")
LINK = re.compile(r"\]\((?!https?://)([^)#]+)[^)]*\)")


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_yaml_block_is_valid(page: Path) -> None:
    for text in blocks(page, "yaml"):
        body = yaml.safe_load(text)
        if "summary" in body:
            assert to_text(from_text(text)).startswith(f"summary: {body['summary']}")
        else:
            schema: dict[str, Any] = json.loads((ROOT / "schemas" / schema_of(body)).read_text())
            assert [str(one) for one in check(page.name, text, schema).problems] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_command_is_one_that_there_is(page: Path) -> None:
    for words in commands(page):
        parser().parse_args(words)


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text())
    assert [one for one in links if not (page.parent / one).exists()] == []


def test_the_readme_has_what_is_looked_for() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = "\n".join(blocks(ROOT / "README.md", "sh"))

    assert [script for script in SCRIPTS if script not in shown] == []
    assert "## Run it" in readme
    assert "## Test it" in readme
    shown_commands = {words[0] for words in commands(ROOT / "README.md")}
    assert {"run", "plan", "get", "explain", "validate"} <= shown_commands


def schema_of(body: dict[str, Any]) -> str:
    if "sources" in body:
        return "trueup.json"
    return f"{body['kind'].lower()}.json" if "kind" in body else "confirm.json"
