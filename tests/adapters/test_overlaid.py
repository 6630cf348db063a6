"""A candidate is, digest by digest, what the source says once it is published."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adapters.repos import Origin, git
from tests.fake_host import FakeHost
from tests.kinds.stack.builders import bind, document, service
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.directory import DirectorySource
from trueup.adapters.sources.git import GitSource
from trueup.adapters.sources.overlaid import laid_over
from trueup.kinds.stack.observe import observe
from trueup.kinds.stack.target import Target
from trueup.model.errors import SpecError
from trueup.model.ports import Tree
from trueup.model.status import Status
from trueup.model.trial import Candidate

FILES = {
    "web/compose.yaml": "services: {}\n",
    "web/api/Dockerfile": "FROM python:3.11-slim\n",
    "web/api/requirements.txt": "flask\n",
    "web/api/main.py": "print()\n",
    "web/api/notes.md": "x",
    "web/api/.dockerignore": "*.md\n",
    "web/conf/site.conf": "listen 80\n",
    "web/conf/deep/more.conf": "more\n",
    "web/app.conf": "debug no\n",
    "web/data/seed.sql": "select 1\n",
    "web/site.txt": "one\n",
}
NEW = ("web/api/more.py", "web/api/sub/new.py", "web/conf/new.conf", "web/data/new.sql", "other")
TEXTS = ("", "one\n", "FROM alpine:3\n", "FROM python:3.11-slim\nRUN true\n", "*.py\n", "sub\r\n")
EDITS = st.dictionaries(
    st.sampled_from([*FILES, *NEW]).filter(lambda path: path != "web/compose.yaml"),
    st.tuples(st.sampled_from(TEXTS), st.booleans()),
    min_size=1,
    max_size=4,
)
Edits = Mapping[str, tuple[str, bool]]


def model(root: str) -> dict[str, object]:
    """Return a project that reads its files in every way there is."""
    here = f"{root}/web"
    return {
        "name": "web",
        "services": {
            "api": {
                **service(),
                "image": None,
                "build": {"context": f"{here}/api", "dockerfile": "Dockerfile"},
                "configs": [{"source": "site"}],
                "volumes": [
                    bind(f"{here}/conf", "/conf"),
                    bind(f"{here}/conf", "/rw", read_only=False),
                    bind(f"{here}/data", "/data", read_only=False),
                    bind(f"{here}/app.conf", "/app.conf", read_only=False),
                    bind(f"{here}/api/sub", "/sub"),
                ],
            }
        },
        "configs": {"site": {"name": "web_site", "file": f"{here}/site.txt"}},
        "networks": {"default": {"name": "web_default"}},
    }


@dataclass(slots=True)
class RealTrees(FakeHost):
    """A host whose work tree is a real one."""

    real: Tree | None = None

    def tree(self, source: str, candidate: Candidate | None = None) -> Tree:  # type: ignore[override]
        assert self.real is not None
        assert source
        return laid_over(self.real, candidate) if candidate else self.real


def target(tree: Tree, candidate: Candidate | None = None) -> Target:
    """Return what a stack should run by a tree."""
    host = RealTrees(real=tree, projects={f"{tree.root}/web": dict(model(tree.root))})
    resource = replace(document(), candidate=candidate)
    facts = observe(resource, Status(resource.key), host)
    assert facts.wanted is not None, facts.problem
    return facts.wanted


def write(place: Path, edits: Edits) -> None:
    for path, (text, executable) in edits.items():
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        file.chmod(0o755 if executable else 0o644)


def candidate(tree: Tree, place: Path, edits: Edits) -> Candidate:
    """Return a candidate that edits a copy of a tree."""
    shutil.copytree(tree.root, place, symlinks=True)
    write(place, edits)
    return Candidate("Run/fix", tree.revision, tree.root, str(place), tuple(sorted(edits)))


@dataclass
class Repository:
    """A git source that is put back to the same commit before each try."""

    place: Path
    origin: Origin = field(init=False)
    source: GitSource = field(init=False)

    def __post_init__(self) -> None:
        self.origin = Origin(self.place / "there")
        self.base = self.origin.commit(FILES)
        self.source = GitSource("main", Remote(self.origin.url), self.place / "state")

    def publish(self, edits: Edits) -> Tree:
        write(self.origin.work, edits)
        git(self.origin.work, "config", "core.autocrlf", "false")
        self.origin.commit({})
        return self.source.sync()

    def again(self) -> Tree:
        git(self.origin.work, "reset", "-q", "--hard", self.base)
        self.origin.push(force=True)
        return self.source.sync()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("overlaid"))


def same(one: Target, other: Target) -> None:
    """See that two targets are one: digests, images and release files."""
    assert one.digest == other.digest
    assert one.services == other.services
    assert one.bundle is not None
    assert other.bundle is not None
    assert one.bundle.compose == other.bundle.compose
    assert [copy for _, copy in one.bundle.copies] == [copy for _, copy in other.bundle.copies]


CASES: dict[str, Edits] = {
    "a Dockerfile": {"web/api/Dockerfile": ("FROM alpine:3\n", False)},
    "a manifest": {"web/api/requirements.txt": ("flask\nhttpx\n", False)},
    "what the context leaves out": {"web/api/.dockerignore": ("*.txt\n", False)},
    "a Dockerfile with its own .dockerignore": {
        "web/api/Dockerfile.dockerignore": ("*.py\n", False)
    },
    "a file that the context leaves out": {"web/api/new.md": ("x", False)},
    "a config": {"web/site.txt": ("two\n", False)},
    "a mounted file": {"web/app.conf": ("debug yes\n", False)},
    "a mounted folder": {"web/conf/deep/more.conf": ("less\n", False)},
    "a new file in a new folder": {"web/api/sub/new.py": ("print()\n", True)},
    "a file that may be run now": {"web/api/main.py": ("print()\n", True)},
    "tracked data": {"web/data/seed.sql": ("select 2\n", False)},
}


@pytest.mark.parametrize("case", CASES)
def test_over_git_a_candidate_is_what_its_commit_will_be(
    case: str, repository: Repository, tmp_path: Path
) -> None:
    one = candidate(repository.again(), tmp_path / "place", CASES[case])
    before = target(repository.source.tree)

    tried = target(repository.source.tree, one)
    published = target(repository.publish(CASES[case]))

    same(tried, published)
    assert (tried.digest == before.digest) == (case == "a file that the context leaves out")


@pytest.mark.parametrize("case", CASES)
def test_over_a_directory_a_candidate_is_what_the_directory_will_be(
    case: str, tmp_path: Path
) -> None:
    write(tmp_path / "plain", {path: (text, False) for path, text in FILES.items()})
    tree = DirectorySource("local", tmp_path / "plain").sync()
    one = candidate(tree, tmp_path / "place", CASES[case])

    tried = target(tree, one)
    write(tmp_path / "plain", CASES[case])

    same(tried, target(DirectorySource("local", tmp_path / "plain").sync()))


@given(EDITS)
@settings(max_examples=60, deadline=None)
def test_any_edits_of_a_directory_have_the_digests_of_what_they_make_of_it(edits: Edits) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        write(place / "plain", {path: (text, False) for path, text in FILES.items()})
        tree = DirectorySource("local", place / "plain").sync()
        tried = target(tree, candidate(tree, place / "run", edits))
        write(place / "plain", edits)
        same(tried, target(DirectorySource("local", place / "plain").sync()))


@pytest.mark.thorough
@given(EDITS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_edits_of_a_git_source_have_the_digests_of_their_commit(
    repository: Repository, edits: Edits
) -> None:
    with TemporaryDirectory() as folder:
        tree = repository.again()
        tried = target(tree, candidate(tree, Path(folder, "run"), edits))
        same(tried, target(repository.publish(edits)))


def test_a_repository_that_names_objects_by_sha256_has_its_own_digests(tmp_path: Path) -> None:
    place = tmp_path / "there"
    place.mkdir()
    git(place, "init", "-q", "--bare", "--object-format=sha256", "-b", "main", "origin.git")
    git(place, "init", "-q", "--object-format=sha256", "-b", "main", "work")
    for path, text in FILES.items():
        write(place / "work", {path: (text, False)})
    url = f"file://{place}/origin.git"
    _push(place / "work", url)
    source = GitSource("main", Remote(url), tmp_path / "state")
    edits = CASES["a Dockerfile"]

    tried = target(source.sync(), candidate(source.tree, tmp_path / "run", edits))
    write(place / "work", edits)
    _push(place / "work", url)

    same(tried, target(source.sync()))


def _push(work: Path, url: str) -> None:
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "change")
    git(work, "push", "-q", url, "HEAD:refs/heads/main")


def test_what_is_edited_is_read_from_the_work_tree_of_the_run(
    repository: Repository, tmp_path: Path
) -> None:
    tree = repository.again()
    edits = {**CASES["a config"], **CASES["a Dockerfile"]}
    tried = target(tree, candidate(tree, tmp_path / "place", edits))

    assert tried.bundle is not None
    read = {Path(source).read_text() for source, _ in tried.bundle.copies if "site" in source}
    assert "two\n" in read
    (build,) = tried.bundle.others.values()
    assert build["services"]["api"]["build"]["context"] == str(tmp_path / "place/web/api")
    said = tried.bundle.compose["services"]["api"]["build"]["context"]
    assert said == f"{tree.root}/web/api"
    assert f"{tree.root}/web/site.txt" in tried.bundle.compose["x-trueup"]["copied"].values()


def test_a_candidate_for_another_commit_is_refused_until_it_is_published(
    repository: Repository, tmp_path: Path
) -> None:
    edits = CASES["a Dockerfile"]
    tree = repository.again()
    one = candidate(tree, tmp_path / "place", edits)

    repository.publish({"web/api/main.py": ("print(1)\n", False)})
    with pytest.raises(SpecError, match="was made for commit"), laid_over(tree, one).reading():
        pass

    published = target(repository.publish(edits))
    same(target(tree, one), published)


def test_a_candidate_that_is_known_outlives_a_commit_that_changes_nothing_about_it(
    repository: Repository, tmp_path: Path
) -> None:
    tree = repository.again()
    one = candidate(tree, tmp_path / "place", CASES["a Dockerfile"])
    known = replace(one, digest=target(tree, one).digest)

    repository.publish({"notes.txt": ("of somebody else\n", False)})
    assert target(tree, known).digest == known.digest

    repository.publish({"web/api/main.py": ("print(1)\n", False)})
    host = RealTrees(real=tree, projects={f"{tree.root}/web": dict(model(tree.root))})
    resource = replace(document(), candidate=known)
    assert "changes the stack as well" in observe(resource, Status(resource.key), host).problem


@pytest.fixture(params=["git", "directory"])
def tree(request: pytest.FixtureRequest, repository: Repository, tmp_path: Path) -> Iterator[Tree]:
    if request.param == "git":
        yield repository.again()
        return
    write(tmp_path / "plain", {path: (text, False) for path, text in FILES.items()})
    yield DirectorySource("local", tmp_path / "plain").sync()


def test_a_candidate_whose_work_tree_is_gone_is_refused(tree: Tree, tmp_path: Path) -> None:
    one = candidate(tree, tmp_path / "place", CASES["a Dockerfile"])
    shutil.rmtree(tmp_path / "place")
    over = laid_over(tree, one)
    with pytest.raises(SpecError, match="the work tree of Run/fix is gone"), over.reading():
        pass


def test_a_link_to_an_edited_file_leads_to_the_edit(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    origin.work.joinpath("web").mkdir()
    origin.work.joinpath("web/link.conf").symlink_to("app.conf")
    origin.commit(FILES)
    source = GitSource("main", Remote(origin.url), tmp_path / "state")
    tree = source.sync()
    before = tree.file(f"{tree.root}/web/link.conf")
    over = laid_over(tree, candidate(tree, tmp_path / "place", CASES["a mounted file"]))

    after = over.file(f"{tree.root}/web/link.conf")

    write(origin.work, CASES["a mounted file"])
    origin.commit({})
    assert after == source.sync().file(f"{tree.root}/web/link.conf") != before
