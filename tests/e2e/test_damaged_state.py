"""What is damaged in the state directory costs time or is told; it never touches what runs."""

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine


def test_damaged_files_of_ours_redeploy_and_remove_nothing(home: Home) -> None:
    state = home.folder / ".trueup"
    home.stack("web", {"api": sleeping(), "db": sleeping()}, stable="200ms")
    assert home.once() == 0, home.report()
    ids, key = home.ids("web"), (state / "salt").read_text()

    (state / "salt").write_text(key[:10])
    (model,) = (state / "models").glob("*.json")
    model.write_text(model.read_text().replace('"db"', '"other"'))
    (state / "rest.json").unlink(missing_ok=True)
    assert home.once() == 0, home.report()
    assert home.ids("web") == ids
    assert (state / "salt").read_text() == key

    (state / "salt").write_text("0" * 32 + "\n")
    assert home.once() != 0
    assert home.ids("web") == ids
    assert home.status("web").reason == "LookFailed"
    assert "does not belong to the containers" in home.status("web").message
    (state / "salt").unlink()
    assert home.once() == 0, home.report()
    assert home.ids("web") == ids
