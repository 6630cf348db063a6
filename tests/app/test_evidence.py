"""What a log shows, put together from what a stack and an attempt have left."""

from trueup.app.runs.evidence import evidence

ERROR = "ModuleNotFoundError: No module named 'milk'"


def test_an_error_that_a_check_looks_for_is_not_taken_for_one_that_a_service_has_printed() -> None:
    told = (
        f"{ERROR}\n"
        f"waiting: the log of web-api-1 has /{ERROR}/; api has no running container\n"
        f"verified: api log lacks /{ERROR}/, http://api/ is 200\n"
        f"not verified within 15s: the log of web-api-1 has /{ERROR}/\n"
    )

    found = evidence(told)

    assert found.pattern == evidence(f"{ERROR}\n").pattern != ""
    assert found.log.count("milk") == 1
    assert "has what was looked for; api has no running container" in found.log
