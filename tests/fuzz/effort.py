"""How long to look: a moment in the suite, and by hand as long as TRUEUP_FUZZ says."""

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("TRUEUP_FUZZ", "150"))
SLOW = timedelta(seconds=5)  # what takes longer than this on any input is a hang

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=SLOW,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
with_compose = settings(fuzzed, max_examples=max(1, EXAMPLES // 8), deadline=SLOW * 10)
