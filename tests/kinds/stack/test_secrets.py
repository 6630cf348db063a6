"""Secrets of a stack: by reference in documents, by digest everywhere else."""

import json
from dataclasses import replace

from tests.fakes import digest_of
from tests.kinds.stack.builders import HERE, Model, document, project, service
from tests.kinds.stack.world import World, here
from trueup.model.secret import FromAge, FromEnv, FromSops

SECRETS = {"DB": FromSops("secrets.yaml", "db.password"), "TOKEN": FromEnv("APP_TOKEN")}
FILE = here("secrets.yaml")


def using(**services: Model) -> Model:
    """Return a project with the secret DB, which is somebody else's."""
    compose = project(**services)
    compose["secrets"] = {"db": {"name": "DB", "external": True}}
    return compose


def mounting() -> Model:
    return service(secrets=[{"source": "db", "target": "/run/secrets/db"}])


def reading(world: World, variable: str = "https://{}@host") -> Model:
    token = world.host.secrets.token("TOKEN")
    return service(environment={"URL": variable.format(token)})


def world_of(**services: Model) -> World:
    world = World(using(**services), document(secrets=SECRETS))
    world.host.secrets.said.update(DB="first-password", TOKEN="first-token")  # noqa: S106 - fake
    world.files[FILE] = "sealed"
    return world


def full() -> World:
    """Return a verified stack: one service mounts a secret, one reads one, one has none."""
    world = world_of()
    world.says(using(mounts=mounting(), other=service(), reads=reading(world)))
    return world.deployed()


def test_an_external_secret_is_a_file_in_memory_and_a_release_keeps_only_where_it_is_from() -> (
    None
):
    world = full()
    bundle = world.wanted().bundle
    assert bundle is not None
    mark, token = digest_of("DB", "first-password"), digest_of("TOKEN", "first-token")

    assert bundle.compose["secrets"]["db"]["file"] == f"/memory/{mark}/DB"
    assert "external" not in bundle.compose["secrets"]["db"]
    kept = bundle.compose["x-trueup"]["secrets"]
    copy = kept[mark].pop("copy")
    assert kept == {
        mark: {"owner": "Stack.web", "name": "DB", "sops": FILE, "key": "db.password"},
        token: {"owner": "Stack.web", "name": "TOKEN", "env": "APP_TOKEN"},
    }
    assert (FILE, copy.removeprefix("/state/")) in bundle.copies
    assert "first-" not in json.dumps([bundle.compose, world.host.files])
    assert "first-" not in repr(replace(world.look(), containers=()))


def test_a_secret_that_changed_recreates_the_services_that_use_it_and_names_it() -> None:
    for name, user, cause in (
        ("DB", "mounts", "secret db changed"),
        ("TOKEN", "reads", "environment URL changed"),
    ):
        world = full()
        world.host.secrets.said[name] = "second-value"
        world.says(using(mounts=mounting(), other=service(), reads=reading(world)))

        plan = world.plan()
        assert (
            f"restart  {user} -> app:1  cause: {cause}  [undo: {user} -> <app:1>]" in world.text()
        )
        assert {n for n, one in plan.services.items() if one.reasons == ("in sync",)} == {
            "mounts",
            "other",
            "reads",
        } - {user}
        assert world.deployed().plan().steps == ()


def test_a_file_that_was_encrypted_anew_with_the_same_values_changes_nothing() -> None:
    world = full()
    world.files[FILE] = "sealed anew"

    assert world.plan().steps == ()


def test_a_variable_is_held_against_its_value_and_an_old_one_that_is_lost_counts_as_right() -> (
    None
):
    world = full()
    one = next(
        c for c in world.host.every.values() if c.labels["com.docker.compose.service"] == "reads"
    )
    assert "URL=https://first-token@host" in one.config["Env"]
    assert world.plan().steps == ()

    one.config["Env"] = ["URL=https://by-hand@host"]
    assert "environment URL differs" in world.text()
    assert "by-hand" not in world.text()

    world.host.secrets.said["TOKEN"] = "second-token"  # noqa: S105 - fake
    world.host.secrets.known.clear()
    world.failed()
    assert world.plan().steps == ()


def test_a_secret_of_the_compose_file_may_also_be_the_variable_of_its_name() -> None:
    world = world_of()
    compose = project(web=mounting())
    compose["secrets"] = {"db": {"name": "web_db", "environment": "DB"}}
    world.says(compose)

    bundle = world.wanted().bundle
    assert bundle is not None
    found = bundle.compose["secrets"]["db"]
    assert found["file"] == f"/memory/{digest_of('DB', 'first-password')}/DB"
    assert "environment" not in found


def test_variables_of_an_encrypted_env_file_of_a_service_are_secrets() -> None:
    sealed = "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]"
    world = world_of()
    world.host.secrets.encrypted[here("app.env")] = {"PASSWORD": (sealed, "hidden-password")}
    environment = {"PASSWORD": sealed, "PLAIN": "1", "sops_mac": "ENC[…]", "sops_version": "3"}
    world.says(project(web=service(environment=environment)))

    model = world.wanted().services["web"].model

    mark = digest_of("PASSWORD", "hidden-password")
    assert model["environment"] == {"PASSWORD": f"trueup-secret-{mark}", "PLAIN": "1"}
    bundle = world.wanted().bundle
    assert bundle is not None
    assert bundle.compose["x-trueup"]["secrets"][mark]["envFile"] == here("app.env")


def test_an_encrypted_env_file_is_not_shown_to_compose_but_its_variables_are() -> None:
    world = world_of(web=service())
    world.host.secrets.encrypted[here("prod.env")] = {"A": ("ENC", "one"), "B": ("ENC", "two")}
    world.wants(document(env_files=("prod.env", "plain.env"), env={"A": "beats it"}))
    world.says(project(web=service()))

    world.look()

    (asked,) = world.host.asked
    assert asked.env == {"A": "beats it", "B": f"trueup-secret-{digest_of('B', 'two')}"}
    assert asked.env_files == (f"{HERE}/plain.env",)


def test_a_secret_that_the_document_does_not_name_is_refused() -> None:
    world = world_of(web=mounting())
    world.wants(document(secrets={"OTHER": FromAge("x.age")}))
    world.host.secrets.said["OTHER"] = "value"

    assert "secret DB of the compose file is external" in world.look().problem


def test_a_secret_in_what_everybody_can_see_is_refused() -> None:
    world = world_of()
    token = world.host.secrets.token("TOKEN")
    world.host.registry[f"app:{token}"] = "sha256:1"
    for said in ({"image": f"app:{token}"}, {"container_name": f"x-{token}"}):
        world.says(project(web=service(**said)))
        assert "has a secret in it" in world.look().problem


def test_what_cannot_be_read_holds_the_stack_and_leaves_what_runs() -> None:
    world = full()
    del world.host.secrets.said["DB"]

    plan = world.plan()

    assert (plan.verdict, plan.steps) == ("Blocked", ())
    assert "DB is not there" in plan.reason
