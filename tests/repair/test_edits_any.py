"""Whatever stands in a manifest: one entry changes, and every other byte stays."""

import json
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.repair import package_json, pyproject, requirements

NAMES = st.from_regex(r"[a-z][a-z0-9._-]{0,8}[a-z0-9]", fullmatch=True)
PINS = st.sampled_from(["", "==1.0", " == 1.0", "~=2", ">=1,<2", "!=3"])
TAILS = st.sampled_from(["", "  # why", "; os_name == 'nt'", " ; python_version>'3'  # c"])
OTHERS = st.sampled_from(
    ["", "# a comment", "-r more.txt", "-i https://x.example/simple", "./local", "--pre", "\t"]
)
LINES = st.lists(st.one_of(OTHERS, st.builds("{}{}{}".format, NAMES, PINS, TAILS)), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n"])
PACKAGES = st.dictionaries(NAMES, st.sampled_from(["^1.0.0", "~2", "3.1.0"]), max_size=8)
NEW = "zz-new.one"
MANY = settings(max_examples=60, deadline=None)


@given(LINES, ENDS, st.booleans())
@MANY
def test_a_requirement_more_is_one_line_more(lines: list[str], end: str, whole: bool) -> None:  # noqa: FBT001
    text = end.join(lines) + (end if whole else "")

    new = requirements.added(text, NEW, "9.9")

    before, after = text.split("\n"), new.split("\n")
    added = [line for line in after if line.startswith(NEW)]
    assert len(added) == 1
    kept = [line.rstrip("\r") for line in after if not line.startswith(NEW)]
    assert [line for line in kept if line] == [
        line.rstrip("\r") for line in before if line.strip("\r")
    ]
    assert new.endswith("\n") == (text.endswith("\n") or not text)


@given(LINES, NAMES, PINS, TAILS, ENDS)
@MANY
def test_another_pin_changes_one_line(
    lines: list[str], name: str, pin: str, tail: str, end: str
) -> None:
    text = end.join([*lines, f"{name}{pin}{tail}", *lines])

    new = requirements.repinned(text, name, "9.9")

    assert new is not None
    pairs = list(zip(text.split("\n"), new.split("\n"), strict=True))
    changed = [after for before, after in pairs if before != after]
    assert len(changed) == 1
    assert "9.9" in changed[0]
    assert requirements.repinned(new, name, "9.9") == new


@given(st.text(max_size=300), NAMES)
@MANY
def test_any_text_can_be_edited_or_refused(text: str, name: str) -> None:
    requirements.added(text, name, "1")
    requirements.repinned(text, name, "1")
    for edited in (pyproject.added(text, name, "1"), package_json.added(text, name, "1")):
        assert edited is None or edited != text


@given(
    PACKAGES,
    st.sampled_from([None, 2, 4, "\t"]),
    st.sampled_from(["dependencies", "devDependencies"]),
)
@MANY
def test_a_node_package_more_is_one_entry_more(
    packages: dict[str, str], indent: int | str | None, kind: str
) -> None:
    said = {"name": "a", kind: packages, "scripts": {"dependencies": "{}"}, "x": [{"y": "}"}]}
    text = json.dumps(said, indent=indent)

    new = package_json.added(text, NEW, "9.9")

    assert new is not None
    after = json.loads(new)
    assert after["dependencies"].pop(NEW) in {"^9.9", "~9.9", "9.9"}
    if kind != "dependencies":
        assert after.pop("dependencies") == {}
    assert after == said


@given(st.lists(NAMES, max_size=6, unique=True), st.booleans(), st.booleans(), ENDS)
@MANY
def test_a_project_dependency_more_is_one_string_more(
    names: list[str],
    many: bool,  # noqa: FBT001
    comma: bool,  # noqa: FBT001
    end: str,
) -> None:
    items = [f'"{name}>=1"' for name in names]
    gap = f",{end}    " if many else ", "
    inside = gap.join(items) + ("," if comma and items else "")
    array = f"[{end}    {inside}{end}]" if many else f"[{inside}]"
    head = f"[project]{end}name = 'a' # dependencies = [{end}"
    text = f"{head}dependencies = {array} # why{end}[tool.z]{end}dependencies = ['q']{end}"

    new = pyproject.added(text, NEW, "9.9")

    assert new is not None
    assert new.startswith(f"{head}dependencies = [")
    assert new.endswith(text[text.index("] # why") :])
    before, after = tomllib.loads(text), tomllib.loads(new)
    listed = after["project"]["dependencies"]
    assert [one for one in listed if one.startswith(NEW)] == [
        one for one in listed if "9.9" in one
    ]
    assert [one for one in listed if not one.startswith(NEW)] == before["project"]["dependencies"]
    assert len(listed) == len(names) + 1
