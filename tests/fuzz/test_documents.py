"""Documents and configurations of any kind are taken or refused, and nothing else happens."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.effort import fuzzed
from tests.fuzz.mutate import mutated, mutated_bytes
from trueup.documents.check import check
from trueup.documents.desired import load
from trueup.kinds import KINDS
from trueup.model.errors import TrueupError
from trueup.settings import load as settings

ROOT = Path(__file__).parents[2]
EVERY = ROOT / "examples/every-field"
STACK = (EVERY / "specs/stack.yaml").read_text()
HOST = (EVERY / "trueup.yaml").read_text()
SCHEMAS = {name: kind.schema for name, kind in KINDS.items()}


@fuzzed
@given(mutated(STACK) | mutated_bytes(STACK) | st.binary())
def test_a_document_is_a_stack_or_says_what_is_wrong_with_it(data: str | bytes) -> None:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    found = load([("specs/a.yaml", raw)], SCHEMAS)

    for key, document in found.documents.items():
        kind = KINDS[key.kind]
        assert kind.terms(kind.parse(document.body)).interval >= 0
    for problem in found.all_problems:
        assert problem.reason


@fuzzed
@given(mutated_bytes(HOST) | mutated(HOST).map(lambda text: text.encode("utf-8", "replace")))
def test_a_configuration_is_settings_or_says_what_is_wrong_with_it(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "trueup.yaml").write_bytes(data)
        with suppress(TrueupError):
            assert settings(folder, check, environ={}).sources
