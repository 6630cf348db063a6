"""Which tests take their time: they need no engine, but real git, files or many examples."""

import pytest

THOROUGH = (
    "tests/fuzz/",
    "tests/adapters/test_git_",
    "tests/adapters/test_publisher",
    "tests/adapters/test_sops_others",
    "tests/adapters/test_watcher",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `deploy/test --fast` leaves to the full run."""
    for item in items:
        if item.nodeid.startswith(THOROUGH):
            item.add_marker("thorough")
