"""Whatever a repository holds: a work tree or an error that a person understands.

Nothing beside the work tree and our own copy changes, nothing runs on, nothing hangs. More
examples: `TRUEUP_EXAMPLES=2000 pytest …`.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.adapters.hostile import Store
from tests.e2e.engine import processes
from trueup.adapters.git.limits import Limits
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import TrueupError

EXAMPLES = int(os.environ.get("TRUEUP_EXAMPLES", "20"))
SLOWEST = 60.0
OURS = {"git", "tree", "kept", "modules", "spare", "manifest.json", "gitconfig", "git.new"}

NAMES = st.sampled_from(
    [
        *(b".", b"..", b"", b"/", b"a/b", b".git", b".GIT", b".g\xe2\x80\x8cit", b"git~1"),
        *(b".gitmodules", b".gitattributes", b".lfsconfig", b".gitignore", b"config", b"hooks"),
        *(b"-a", b"--help", b"a\nb", b"a\tb", b"\x1b[2J", b"\xff\xfe", b"a" * 300, b"CON", b"a:b"),
        *(b"link", b"a", b"A", b"b", b"compose.yaml", b"specs", b"sub"),
    ]
) | st.binary(max_size=6).map(lambda name: name.replace(b"\0", b""))
MODES = st.sampled_from(
    [b"100644", b"100755", b"120000", b"160000", b"40000", b"0", b"100777", b"777777777", b"x"]
)
CONTENTS = st.sampled_from(
    [
        *(b"", b"/etc/passwd", b"../../outside/canary", b"..", b".", b"a/../..", b"link", b"\0"),
        b"[submodule",
        b'[submodule "a"]\n\tpath = sub\n\turl = ext::sh -c touch% pwned\n',
        b'[submodule "a"]\n\tpath = ../sub\n\turl = -u./pwned\n',
        b'[submodule "a"]\n\tpath = sub\n\turl = ../origin.git\n\tupdate = !touch pwned\n',
        b"[include]\n\tpath = /etc/passwd\n",
        b"* filter=lfs ident eol=crlf working-tree-encoding=UTF-16 diff=x merge=x\n",
        b"* " + b"x" * 5000,
        b"[lfs]\n\turl = http://127.0.0.1:9/\n",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"1" * 64 + b"\nsize 9\n",
        b"apiVersion: trueup/v1\nkind: Stack\n",
    ]
) | st.binary(max_size=40)
TREES = st.recursive(
    CONTENTS, lambda inner: st.lists(st.tuples(MODES, NAMES, inner), max_size=5), max_leaves=8
)
HEADS = st.sampled_from(
    [b"", b"parent " + b"1" * 40 + b"\n", b"gpgsig x\n", b"encoding \xff\n", b"tree x\n", b"\0\n"]
)
MESSAGES = st.sampled_from([b"change\n", b"", b"\x1b[2J\xff\n", b"x" * 5000])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # every example costs ten processes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(TREES, HEADS, MESSAGES, st.booleans(), st.booleans())
def test_any_repository_is_a_work_tree_or_an_error(
    content: object,
    head: bytes,
    message: bytes,
    fetched: bool,  # noqa: FBT001
    modules: bool,  # noqa: FBT001
) -> None:
    place = Path(tempfile.mkdtemp(prefix="trueup-any-"))
    try:
        held_by(place, content, head, message, fetched=fetched, modules=modules)
    finally:
        shutil.rmtree(place)


def held_by(  # noqa: PLR0913
    place: Path, content: object, head: bytes, message: bytes, *, fetched: bool, modules: bool
) -> None:
    """Follow such a repository; without `fetched` git's own checks on the way are left out."""
    store, state = Store(place / "there/origin.git"), place / "state"
    (place / "outside").mkdir()
    (place / "outside" / "canary").write_text("unharmed")
    tree = planted(store, content)
    store.commit(tree if len(tree) == 40 else store.tree([]), head=head, message=message)
    if not fetched:
        shutil.copytree(store.path, state / "git")
    state.mkdir(exist_ok=True)
    before, begun = snapshot(place), time.monotonic()

    try:
        source = GitSource(
            "main",
            Remote(store.url),
            state,
            submodules=modules,
            deadline=20,
            limits=Limits(files=100, size=1 << 20),
        )
        shown = source.sync()
        assert shown.revision
        assert all(problem.file.isprintable() for problem in shown.problems)
    except TrueupError as error:
        assert error.text.isprintable(), error.text  # noqa: PT017 - both ways are right

    assert time.monotonic() - begun < SLOWEST
    assert snapshot(place) == before
    assert {one.name for one in state.iterdir()} <= OURS
    assert not [one for one in (state / "tree").rglob("*") if leads_out(one, state / "tree")]
    assert list(processes(str(place))) == []


def planted(store: Store, content: object) -> str:
    """Write a tree, or a blob, with all below it; return its id."""
    if isinstance(content, bytes):
        return store.blob(content)
    entries = [(mode, name, planted(store, one)) for mode, name, one in content]  # type: ignore[attr-defined]
    return store.tree(entries)


def snapshot(place: Path) -> dict[str, bytes]:
    """Return everything there is beside what the source may write to."""
    return {
        str(file): file.read_bytes()
        for folder in ("there", "outside")
        for file in sorted((place / folder).rglob("*"))
        if file.is_file()
    } | {str(one): b"" for one in place.iterdir()}


def leads_out(file: Path, root: Path) -> bool:
    if not file.is_symlink():
        return False
    end = os.path.realpath(file)
    return end != str(root) and not end.startswith(f"{root}{os.sep}")
