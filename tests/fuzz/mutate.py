"""Valid texts with something done to them, and what is on a disk before and after."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

HOSTILE = (
    *("\0", "\t", "\r\n", "\ufeff", "\x1b[2J", "\x85", "\u2028", "\ud7ff", "$", "${", "${A", "$$"),
    *("&a ", "*a", "<<: ", "<<: *a\n", "- - - -", "? ", ": ", "!!python/object:os.system ", "!x "),
    *("[" * 300, "{" * 300, "{a: " * 300, "- " * 300, "[[[]]]", "---\n", "...\n", "%YAML 9\n"),
    *(".inf", ".nan", "-0", "0x7fffffffffffffffff", "1e999", "9" * 400, "~", "null", "true"),
    *("2026-13-45", "2026-01-01T00:00:00+99:00", "../../..", "/etc/shadow", "-rf", "--help"),
    *("!!binary aGk=", "!!set {a}", "!!omap [a: 1]", "!!timestamp x", "!!int x", "!!float x"),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(HOSTILE)
    | st.text(max_size=12)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(HOSTILE) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """Return a text after a few cuts, copies and insertions."""
    for _ in range(draw(st.integers(1, 5))):
        begin = draw(st.integers(0, len(text)))
        end = draw(st.integers(begin, min(len(text), begin + 200)))
        middle = draw(
            st.sampled_from(HOSTILE)
            | st.text(max_size=20)
            | st.just("")
            | st.just(text[begin:end] * 2)
        )
        text = text[:begin] + middle + text[end:]
    return text


@st.composite
def mutated_bytes(draw: st.DrawFn, text: str) -> bytes:
    """Return the bytes of a text, cut off, with flipped and foreign bytes."""
    data = bytearray(draw(mutated(text) | st.just(text)).encode("utf-8", "replace"))
    for _ in range(draw(st.integers(0, 4))):
        if data:
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


@st.composite
def replaced(draw: st.DrawFn, value: Any) -> Any:
    """Return plain values with one of them, anywhere, put in place of by something else."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(value)))
        if draw(st.integers(0, 5)) == 0:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: draw(replaced(value[name]))}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], draw(replaced(value[at])), *value[at + 1 :]]
    return draw(VALUES)


def contents(folder: Path) -> dict[str, str]:
    """Return everything below a folder: kind, size, time of change, and where links lead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        said = path.lstat()
        link = path.readlink() if path.is_symlink() else ""
        found[str(path)] = f"{said.st_mode:o} {said.st_size} {said.st_mtime_ns} {link}"
    return found
