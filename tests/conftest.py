"""Which tests take their time: they need no engine, but real git, files or many examples."""

import pytest

THOROUGH = (
    "tests/fuzz/",
    "tests/adapters/test_git_",
    "tests/adapters/test_publisher",
    "tests/adapters/test_sops_others",
    "tests/adapters/test_watcher",
    "tests/adapters/test_workshop_publishing",
    "tests/adapters/test_rendering.py::test_every_model",
    "tests/adapters/test_workshop_trees",
    "tests/engine/test_crashes.py::test_a_crash_at_any_moment",
    "tests/engine/test_crashes.py::test_a_second_crash",
    "tests/engine/test_crashes.py::test_an_engine_that_dies",
    "tests/engine/test_trials.py::test_a_crash",
    "tests/kinds/stack/test_plan_properties",
    "tests/repair/gates/test_spellings",
    "tests/engine/test_approvals.py::test_trueup_may_be_killed_at_any_moment",
    "tests/documents/test_desired.py::test_ten_thousand",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `deploy/test --fast` leaves to the full run."""
    for item in items:
        if item.nodeid.startswith(THOROUGH):
            item.add_marker("thorough")
