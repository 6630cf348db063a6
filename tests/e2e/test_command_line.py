"""The command line on a real engine: what it foretells, leaves alone and asks for."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.origin import GitHome, git_home
from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine

Done = subprocess.CompletedProcess[str]
SECRET = "correct-horse-battery"  # noqa: S105 - the secret of this test


def trueup(home: Home, *words: str) -> Done:
    done = home.trueup.run(*words)
    assert "Traceback" not in done.stderr
    return done


def files(home: Home) -> dict[str, tuple[int, int]]:
    """Return what would show that anybody wrote anything."""
    every = (path for path in home.folder.rglob("*") if path.is_file())
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in every
        if path != home.trueup.log
    }


def test_a_plan_says_what_would_be_done_and_touches_nothing(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    before = files(home)

    done = trueup(home, "plan")

    assert done.returncode == 2
    assert done.stdout.startswith("Stack/web Absent: nothing runs yet")
    assert "1 restart  api -> busybox:stable  cause: is new" in done.stdout
    assert files(home) == before
    assert home.containers("web") == []


def test_what_was_foretold_is_what_is_done(home: Home) -> None:
    home.stack("web", {"api": sleeping(), "worker": sleeping()})
    assert home.once() == 0
    home.stack("web", {"api": sleeping(environment={"A": "1"}), "worker": sleeping()})

    foretold = trueup(home, "plan").stdout
    assert home.once() == 0

    assert "cause: environment A added" in foretold
    assert "keep     worker  in sync" in foretold
    assert home.artifact("web", "plan.txt") == foretold


def test_a_plan_of_what_is_in_sync_has_nothing_to_do_and_writes_nothing(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    assert home.once() == 0
    before, ids = files(home), home.ids("web")

    done = trueup(home, "plan")

    assert done.returncode == 0
    assert done.stdout.startswith("Stack/web InSync")
    assert files(home) == before
    assert home.ids("web") == ids


def test_a_plan_without_the_state_directory_finds_its_digests_on_the_containers(
    home: Home,
) -> None:
    home.stack("web", {"api": sleeping()})
    assert home.once() == 0
    (home.folder / ".trueup" / "salt").unlink()

    done = trueup(home, "plan")

    assert done.returncode == 0
    assert not (home.folder / ".trueup" / "salt").exists()


def test_plans_are_there_for_programs(home: Home) -> None:
    home.stack("web", {"api": sleeping()})

    (plan,) = json.loads(trueup(home, "plan", "web", "-o", "json").stdout)

    assert (plan["key"], plan["verdict"], plan["held"]) == ("Stack/web", "Absent", None)
    assert [step["kind"] for step in plan["steps"]] == ["restart", "verify", "seal"]
    assert [step["number"] for step in plan["steps"]] == [1, 2, 3]
    assert plan["steps"][0]["changes"][0]["cause"] == "is new"
    assert plan["services"]["api"]["reasons"] == ["is new"]
    assert plan["digest"]
    assert plan["revision"].startswith("dir-")


def test_a_plan_tells_what_waits_and_for_whom(home: Home) -> None:
    home.stack("db", {"db": sleeping()})
    home.stack("web", {"api": sleeping()}, dependsOn=["db"])

    done = trueup(home, "plan")

    assert done.returncode == 2
    assert "  held     DependencyNotReady: waits for Stack/db to be verified" in done.stdout
    assert home.once() == 0
    assert "held" not in trueup(home, "plan").stdout

    for name, service in (("db", "db"), ("web", "api")):
        after = {"dependsOn": ["db"]} if name == "web" else {}
        home.stack(name, {service: sleeping(environment={"A": "1"})}, **after)

    assert trueup(home, "plan").stdout.count("held     DependencyNotReady") == 1


def test_a_plan_for_one_stack_leaves_the_others_out(home: Home) -> None:
    home.stack("db", {"db": sleeping()})
    home.stack("web", {"api": sleeping()})

    assert "Stack/db" not in trueup(home, "plan", "web").stdout


def test_a_plan_goes_on_where_another_document_is_wrong_but_ends_with_1(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    home.stack("bad", {"api": sleeping()}, retry="often")

    done = trueup(home, "plan")

    assert done.returncode == 1
    assert "Stack/web Absent" in done.stdout
    assert "bad/stack.yaml" in done.stderr
    assert "spec.retry" in done.stderr


def test_a_plan_says_that_another_source_has_the_same_name(home: Home) -> None:
    sources = [{"name": name, "directory": name} for name in ("specs", "more")]
    home.configure(sources=sources)
    home.stack("web", {"api": sleeping()})
    document = (home.place("web") / "stack.yaml").read_text()
    home.write(home.folder / "more" / "stack.yaml", document)

    done = trueup(home, "plan")

    assert done.returncode == 1
    assert done.stdout.count("Stack/web Absent") == 1
    assert "specs" in done.stderr


def test_a_project_that_compose_refuses_is_told_and_ends_with_1(home: Home) -> None:
    home.stack("web", {"api": {"image": 5, "nonsense": True}})

    done = trueup(home, "plan")

    assert done.returncode == 1
    assert "Stack/web Blocked: compose refuses" in done.stdout


def test_a_suspended_stack_is_left_alone_until_it_is_resumed(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    home.start()
    home.wait_ready("web")

    assert trueup(home, "suspend", "web", "--reason", "hands off").returncode == 0
    home.wait_reason("web", "Suspended")
    home.engine.cli("rm", "-f", home.id("web", "api"))
    held = trueup(home, "plan")
    waited = trueup(home, "reconcile", "web")

    assert held.returncode == 2
    assert "restart  api -> busybox:stable  cause: is missing" in held.stdout
    assert "held     Suspended: hands off" in held.stdout
    assert waited.returncode == 2
    assert home.containers("web") == []
    assert "`trueup resume web` lifts that" in trueup(home, "explain", "web").stdout

    assert trueup(home, "resume", "web").returncode == 0
    home.wait_until(lambda: home.containers("web"), "the container is back")


def test_a_plan_beside_a_running_trueup_says_what_it_would_do(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    home.start()
    home.wait_ready("web")
    trueup(home, "suspend", "web")
    home.wait_reason("web", "Suspended")
    before = files(home)

    done = trueup(home, "plan")

    assert (done.returncode, files(home)) == (0, before)
    assert home.trueup.alive


def test_reconcile_does_the_work_itself_where_no_trueup_runs_and_only_what_is_named(
    home: Home,
) -> None:
    home.stack("db", {"db": sleeping()})
    home.stack("web", {"api": sleeping()})

    done = trueup(home, "reconcile", "web")

    assert done.returncode == 0
    assert done.stdout.startswith("Stack/web Synced")
    assert len(home.containers("web")) == 1
    assert home.containers("db") == []


def test_reconcile_of_a_stack_trusts_the_status_of_what_it_depends_on(home: Home) -> None:
    home.stack("db", {"db": sleeping()})
    home.stack("web", {"api": sleeping()}, dependsOn=["db"])
    assert trueup(home, "reconcile", "web").returncode == 2
    assert trueup(home, "reconcile", "db").returncode == 0

    assert trueup(home, "reconcile", "web").returncode == 0
    assert len(home.containers("web")) == 1


def test_reconcile_forgets_a_quarantine_and_waits_for_the_end(home: Home) -> None:
    data = home.folder / "data"
    data.mkdir()
    needs = sleeping(
        command=["sh", "-c", "test -f /data/ok && sleep 3600"],
        volumes=[f"{data}:/data"],
        restart="no",
    )
    home.configure(allow=[{"mounts": [str(data)]}])
    home.stack("web", {"api": needs})
    home.start()
    home.wait_until(lambda: home.status("web").body.get("quarantine"), "the digest is bad")
    home.wait_reason("web", "VerificationFailed")
    explained = trueup(home, "explain", "web").stdout
    (data / "ok").touch()

    done = trueup(home, "reconcile", "web")

    assert "is not tried again" in explained
    assert done.returncode == 0, done.stderr
    assert "apply 1/3 restart  api" in done.stderr
    assert home.status("web").ready == "True"


def test_a_difference_shows_what_changed_and_no_value(home: Home) -> None:
    home.stack("web", {"api": sleeping(environment={"TOKEN": SECRET, "MODE": "a"})})
    assert home.once() == 0
    same = trueup(home, "diff", "web").stdout
    changed = sleeping(
        environment={"TOKEN": f"{SECRET}-2", "MODE": "a"},
        command=["sh", "-c", f"echo {SECRET}-2; sleep 3600"],
        labels={"team": "shop"},
    )
    home.stack("web", {"api": changed})

    done = trueup(home, "diff", "web")

    assert same.startswith("Stack/web wants what was verified")
    assert done.returncode == 0
    assert "+      team: shop" in done.stdout
    assert "-      TOKEN: <" in done.stdout
    assert "+      TOKEN: <" in done.stdout
    assert "api: environment TOKEN changed" in done.stdout
    assert "api: labels added" in done.stdout
    assert "environment MODE" not in done.stdout
    assert "trueup.digest" not in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_what_containers_write_is_shown_with_the_name_of_their_service(home: Home) -> None:
    talking = sleeping(command=["sh", "-c", "echo hello; sleep 3600"])
    home.stack("web", {"api": talking, "worker": sleeping()})
    assert home.once() == 0

    assert trueup(home, "logs", "web").stdout == "api    | hello\n"
    assert trueup(home, "logs", "web", "api").stdout == "hello\n"
    unknown = trueup(home, "logs", "web", "nope")
    assert unknown.returncode == 1
    assert "There are: api, worker." in unknown.stderr


def test_versions_of_everything_are_told(home: Home) -> None:
    said = json.loads(trueup(home, "version", "-o", "json").stdout)

    assert set(said) == {"trueup", "engine", "compose", "git", "python"}
    assert not [name for name, version in said.items() if "not known" in version]


def test_a_plan_of_a_git_source_fetches_where_no_trueup_runs(followed: GitHome) -> None:
    followed.stack("web", {"api": sleeping()})
    commit = followed.commit()

    (plan,) = json.loads(trueup(followed, "plan", "-o", "json").stdout)

    assert plan["revision"] == commit
    assert not (followed.state / "salt").exists()
    assert not (followed.state / "documents").exists()


def test_a_plan_of_a_git_source_reads_the_work_tree_of_a_running_trueup(followed: GitHome) -> None:
    followed.stack("web", {"api": sleeping()})
    followed.commit()
    followed.start()
    followed.wait_ready("web")
    before = files(followed)

    done = trueup(followed, "plan")

    assert done.returncode == 0
    assert done.stdout.startswith("Stack/web InSync")
    assert {p for p in before if before[p] != files(followed).get(p) and "/sources/" in p} == set()


def test_reconcile_fetches_first_so_that_what_was_just_pushed_is_done(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with git_home(tmp_path / "git", request, interval="1h") as home:
        home.stack("web", {"api": sleeping()})
        home.commit()
        home.start()
        home.wait_ready("web")
        home.stack("web", {"api": sleeping(environment={"A": "1"})})
        commit = home.commit()

        done = trueup(home, "reconcile", "web")

        assert done.returncode == 0
        assert home.status("web").body["applied"]["revision"] == commit


def test_a_status_of_a_real_stack_fits_the_published_schema(home: Home) -> None:
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - for this test only

    schema = json.loads((Path(__file__).parents[2] / "schemas" / "status.json").read_text())
    home.stack("web", {"api": sleeping()})
    assert home.once() == 0

    (status,) = json.loads(trueup(home, "get", "-o", "json").stdout)

    assert [error.message for error in Draft202012Validator(schema).iter_errors(status)] == []
