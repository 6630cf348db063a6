"""Ask the engine while documents are still being read: both take about as long.

What is heard counts for a moment only, and nobody waits for it.
"""

import threading

from trueup.app.site import Site


def ask_ahead(site: Site) -> None:
    """Let a thread ask about every container, where most of them are likely to be at rest."""
    if (site.state / "rest.json").exists():
        threading.Thread(target=site.docker.census.gather, name="ahead", daemon=True).start()
