"""What is done about a program that cannot even begin."""

from trueup.model.repair import Diagnosis, Edit, Indexes, Request
from trueup.repair.copied import in_tree
from trueup.repair.dockerfile import Instruction, Stage
from trueup.repair.failing import built_stages
from trueup.repair.node_project import node_project
from trueup.repair.programs import inserted, replaced
from trueup.repair.similar import similar

Edits = tuple[Edit, ...] | None


def missing_file(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Name the program that there is, where the command misspells it."""
    del indexes
    stages = built_stages(request)
    wrong = diagnosis.subject.rpartition("/")[2]
    right = similar(wrong, _names(request, wrong))
    return replaced(request, stages, wrong, right) if right else None


def denied(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Let a script be executed, right after it is copied."""
    del indexes
    stages = built_stages(request)
    if in_tree(request, stages, diagnosis.subject) is None:
        return None
    copies = [one for one in stages[0].instructions if _copies(one)]
    if not copies or _user_before(stages[0], copies[-1]):
        return None
    return inserted(request, copies[-1], f"RUN chmod +x {diagnosis.subject}")


def line_ends(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Give a script line ends that its first line can be understood with."""
    del indexes
    path = in_tree(request, built_stages(request), diagnosis.subject)
    text = (request.files.text(path) or "") if path else ""
    if path is None or not text.startswith("#!") or "\r\n" not in text.partition("\n")[0] + "\n":
        return None
    return (Edit(path, text, text.replace("\r\n", "\n")),)


def missing_script(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Name the script of package.json that there is, where the command misspells it."""
    del indexes
    project = node_project(request, diagnosis.stage)
    right = similar(diagnosis.subject, project.scripts) if project else ""
    if project is None or not right:
        return None
    words = ("RUN",) if diagnosis.stage else ("CMD", "ENTRYPOINT")
    return replaced(request, project.stages, diagnosis.subject, right, words)


def _names(request: Request, wrong: str) -> list[str]:
    """Return the names of files of the same kind in the build context."""
    below = f"{request.place.context}/" if request.place.context else ""
    end = wrong.rpartition(".")[2] if "." in wrong else ""
    named = (path for path in request.files.paths() if path.startswith(below))
    return [name for path in named if (name := path.rpartition("/")[2]).endswith(end)]


def _copies(one: Instruction) -> bool:
    return one.word in {"COPY", "ADD"} and "from" not in dict(one.flags)


def _user_before(stage: Stage, copy: Instruction) -> bool:
    """Say whether somebody else than root acts by then, who may not change what is root's."""
    before = stage.instructions[: stage.instructions.index(copy)]
    return any(one.word == "USER" for one in before)
