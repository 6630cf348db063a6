"""`trueup init` in a folder without an engine: what it writes, and what it leaves."""

from tests.cli.place import Place


def test_an_empty_folder_gets_everything_that_is_needed(place: Place) -> None:
    assert place.run("init", "new", "--name", "shop").code == 0
    new = place.folder / "new"
    assert {path.name for path in new.iterdir()} == {
        ".gitignore",
        "README.md",
        "schemas",
        "specs",
        "trueup.yaml",
    }
    assert "name: shop" in (new / "specs" / "shop.yaml").read_text()
    assert place.run("validate", "new/specs").code == 0


def test_editors_are_told_where_the_schemas_are(place: Place) -> None:
    place.run("init", "new")
    for file in ("trueup.yaml", "specs/hello.yaml"):
        path = place.folder / "new" / file
        _, _, schema = path.read_text().partition("\n")[0].partition("$schema=")
        assert (path.parent / schema).is_file()


def test_what_is_there_is_kept_byte_for_byte(place: Place) -> None:
    place.write("README.md", "mine\n")
    before = place.files()
    said = place.run("init")
    assert said.code == 0
    assert "kept  trueup.yaml, which was there" in said.out
    after = place.files()
    assert {name: after[name] for name in before} == before


def test_beside_documents_there_is_no_first_stack(place: Place) -> None:
    place.run("init")
    assert not (place.specs / "hello.yaml").exists()


def test_twice_is_as_good_as_once(place: Place) -> None:
    place.run("init", "new", "--git")
    before = place.files()
    assert place.run("init", "new", "--git").code == 0
    assert place.files() == before


def test_a_link_to_elsewhere_is_not_written_through(place: Place) -> None:
    (place.folder / "new").mkdir()
    (place.folder / "new" / "README.md").symlink_to(place.folder / "elsewhere")
    place.run("init", "new")
    assert not (place.folder / "elsewhere").exists()


def test_a_name_that_no_stack_can_have_is_refused_before_anything_is_written(
    place: Place,
) -> None:
    said = place.run("init", "new", "--name", "../out")
    assert said.code == 1
    assert "'../out' is no name for a stack" in said.err
    assert not (place.folder / "new").exists()


def test_a_folder_that_cannot_be_made_says_so(place: Place) -> None:
    place.write("file", "")
    said = place.run("init", "file/below")
    assert said.code == 1
    assert "could not be written" in said.err
