"""What the core asks of the world: one module for each way of asking.

`Looks` only reads, `Tools` acts: a read-only command is built without any `Tools`, so it
cannot change a host.
"""

from trueup.model.ports.happenings import Clock, Emit, Events
from trueup.model.ports.looks import Looks, Marks
from trueup.model.ports.project import Project, Reads
from trueup.model.ports.records import Records
from trueup.model.ports.secrets import Secrets
from trueup.model.ports.tools import Task, Tools
from trueup.model.ports.tree import Listing, Tree

__all__ = [
    "Clock",
    "Emit",
    "Events",
    "Listing",
    "Looks",
    "Marks",
    "Project",
    "Reads",
    "Records",
    "Secrets",
    "Task",
    "Tools",
    "Tree",
]
