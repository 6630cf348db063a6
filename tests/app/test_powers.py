"""What this process could destroy is told with what keeps it from that."""

from tests.kinds.stack.builders import ORIGIN, document
from trueup.app.powers import Inventory
from trueup.kinds.stack.parse import terms
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.container import PROJECT, SERVICE, SOURCE, STACK, Container
from trueup.model.guard import Guard
from trueup.model.powers import Powers
from trueup.report.powers import powers_text


def container(
    name: str, service: str, stack: str = "Stack/web", source: str = ORIGIN
) -> Container:
    labels = {STACK: stack, SOURCE: source, PROJECT: "web-prod", SERVICE: service}
    return Container(name, name, "sha256:a", "running", labels=labels)


HOST = Inventory(
    (
        container("web-prod-db-1", "db"),
        container("web-prod-api-1", "api"),
        container("other-1", "api", "Stack/other"),
        container("elsewhere-1", "api", source="another host"),
    ),
    (
        {"Name": "web-prod_default", "Labels": {PROJECT: "web-prod"}},
        {"Name": "shared", "Labels": None},
        {"Name": "theirs", "Labels": {PROJECT: "theirs"}},
    ),
)


def test_only_what_carries_our_labels_is_listed_with_what_guards_it() -> None:
    web = document(services={"db": ServiceSpec(protected=True)})
    reach = HOST.reach(web, terms(web.spec))
    strays = tuple(HOST.strays({ORIGIN}, reach.containers))
    powers = Powers({"repo": Guard(removal=0.25, protected=("*/postgres",))}, (reach,), strays)

    assert powers_text(powers) == (
        "source repo: removing more than 25% of its stacks at once waits for a confirmation, "
        "and so does the last one; protected: */postgres\n"
        "  Stack/web (project web-prod)\n"
        "    containers: web-prod-api-1, web-prod-db-1\n"
        "    networks: web-prod_default\n"
        "    tags of images: trueup/web-prod/api, trueup/web-prod/db\n"
        "    only with an approval: db\n"
        "left alone, for no document is known of them: other-1\n"
        "never removed: volumes, folders, and whatever carries no label of this Trueup\n"
    )


def test_the_configuration_protects_what_its_document_does_not() -> None:
    web = document(delete=False)
    reach = HOST.reach(web, terms(web.spec))
    assert (reach.protected, reach.kept) == ((), True)

    all_of_it = document(protected=True)
    assert HOST.reach(all_of_it, terms(all_of_it.spec)).protected == ("api", "db")
