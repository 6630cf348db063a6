"""Plans for a candidate of a Run: git's plan, built from elsewhere, with checks of its own."""

from dataclasses import replace

from tests.kinds.stack.builders import (
    ROOT,
    bind,
    built,
    document,
    lines,
    project,
    service,
)
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Check, Log
from trueup.model.plan import Sync
from trueup.model.ports import Reads
from trueup.model.status import Trial
from trueup.model.steps import Build
from trueup.model.trial import Candidate

PLACE = "/runs/fix"
FILE = "web/api/Dockerfile"
ABSENT = Log("web", "No module named 'httpx'", absent=True)


def world() -> World:
    """Return a stack of a built service and a bystander that was verified."""
    model = project(web=built(here("api")), bystander=service("other:1"))
    found = World(model, document(services={"web": ServiceSpec(stable=1)}))
    found.files[here("api/Dockerfile")] = "FROM python:3\n"
    return found.deployed()


def put_forward(
    found: World,
    text: str = "FROM python:3\nRUN pip install httpx\n",
    checks: tuple[Check, ...] = (ABSENT,),
    path: str = FILE,
) -> World:
    found.host.places[PLACE] = {path: text}
    one = Candidate("Run/fix", "abc1234", ROOT, PLACE, (path,), checks, "1")
    found.resource = replace(found.resource, candidate=one, leased="Run/fix")
    return found


def test_the_candidate_is_built_and_only_its_service_is_restarted() -> None:
    found = put_forward(world())
    assert found.text() == lines("""
        Stack/web OutOfSync: web: file web/api/Dockerfile changed, on trial for Run/fix
        1 build    web -> #1  cause: file web/api/Dockerfile changed
        2 restart  web -> #1  cause: file web/api/Dockerfile changed  [undo: web -> #2]
        3 verify   web log lacks /No module named 'httpx'/, bystander stable for 10s, web stable for 1s within 300s
        4 seal     release
          keep     bystander  in sync
    """)  # noqa: E501


def test_it_is_built_with_a_file_that_reads_from_the_work_tree_of_the_run() -> None:
    plan = put_forward(world()).plan()

    (build,) = (step for step in plan.steps if isinstance(step, Build))
    assert plan.bundle is not None
    assert build.file == f"releases/Stack/web/{plan.digest}.build.json"
    reads = plan.bundle.others[build.file]["services"]["web"]["build"]
    assert reads == {"context": "/runs/fix/web/api", "dockerfile": "Dockerfile"}
    kept = plan.bundle.compose["services"]["web"]["build"]
    assert kept == {"context": here("api"), "dockerfile": "Dockerfile"}


def test_every_place_that_a_build_reads_from_is_the_work_tree_and_others_stay() -> None:
    model = built(here("api"))
    model["build"] |= {
        "dockerfile": here("docker/api"),
        "additional_contexts": {"lib": here("lib"), "base": "docker-image://base"},
    }
    found = World(project(web=model))
    found.files[here("docker/api")] = "FROM a\n"
    plan = put_forward(found).plan()

    assert plan.bundle is not None
    (file,) = plan.bundle.others.values()
    assert file["services"]["web"]["build"] == {
        "context": "/runs/fix/web/api",
        "dockerfile": "/runs/fix/web/docker/api",
        "additional_contexts": {"lib": "/runs/fix/web/lib", "base": "docker-image://base"},
    }


def test_what_is_mounted_is_copied_from_the_work_tree_and_named_as_in_the_source() -> None:
    model = project(web=service(volumes=[bind(here("conf/a"), "/a")]))
    found = World(model)
    found.files[here("conf/a")] = "1"
    found.deployed()
    plan = put_forward(found, "2", (), "web/conf/a").plan()

    assert plan.bundle is not None
    ((source, copy),) = plan.bundle.copies
    assert source == "/runs/fix/web/conf/a"
    assert plan.bundle.compose["x-trueup"]["copied"] == {f"/state/{copy}": here("conf/a")}
    assert not plan.bundle.others


def test_once_it_was_verified_nothing_is_to_be_done_and_it_is_not_what_git_says() -> None:
    found = put_forward(world()).deployed()
    found.status = replace(
        found.status, trial=Trial("Run/fix", "1", found.wanted().digest, "Applied")
    )
    plan = found.plan()
    assert str(plan) == lines("""
        Stack/web InSync: runs the candidate of Run/fix, and it was verified
          keep     bystander  in sync
          keep     web  in sync
    """)
    assert plan.sync is Sync.OUT_OF_SYNC


def test_a_candidate_that_runs_already_is_proved_by_a_verification_alone() -> None:
    found = put_forward(world(), "FROM python:3\n")
    assert found.text() == lines("""
        Stack/web Unverified: runs what Run/fix proposes, which was not tried yet
        1 verify   web log lacks /No module named 'httpx'/, bystander stable for 10s, web stable for 1s within 300s
          keep     bystander  in sync
          keep     web  in sync
    """)  # noqa: E501


def test_drift_of_a_candidate_is_repaired_like_any_other() -> None:
    found = put_forward(world()).deployed()
    found.status = replace(
        found.status, trial=Trial("Run/fix", "1", found.wanted().digest, "Applied")
    )
    found.host.kill("web-web-1")
    plan = found.plan()
    assert plan.heals
    assert plan.trial == ""
    assert plan.sync is Sync.OUT_OF_SYNC


def test_one_that_failed_is_not_tried_again_whatever_its_images_mean_by_now() -> None:
    found = put_forward(world())
    digest = found.wanted().digest
    found.status = replace(found.status, trial=Trial("Run/fix", "1", digest, "RolledBack", "no"))
    assert found.plan().steps == ()


def test_an_edit_of_what_compose_reads_or_would_read_is_refused() -> None:
    found = world()
    for path in ("web/compose.yaml", "web/.env"):
        found.host.reads = Reads(files=(here("compose.yaml"),), absent=(here(".env"),))
        plan = put_forward(found, path=path).plan()
        assert f"Run/fix may not edit {path}" in plan.reason
        assert plan.steps == ()


def test_a_link_to_what_compose_reads_is_no_way_round() -> None:
    found = world()
    found.host.reads = Reads(files=(here("compose.yaml"),))
    found.host.trees["repo"].links = {here("compose.yaml"): here("real.yaml")}
    plan = put_forward(found, path="web/real.yaml").plan()
    assert "Run/fix may not edit web/real.yaml" in plan.reason


def test_a_candidate_is_allowed_no_more_than_git() -> None:
    found = world()
    found.says(project(web={**built(here("api")), "privileged": True}))
    assert "not allowed" in put_forward(found).plan().reason
