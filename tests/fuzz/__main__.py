"""``make fuzz``: the targets in turn, until the minutes are over or something is found."""

from __future__ import annotations

import os
import time

from hypothesis import HealthCheck, Phase, settings
from targets import TARGETS

EXAMPLES_A_TURN = 200


def main() -> None:
    """Run for MINUTES (10) minutes; what is found is printed as the error it is."""
    ends = time.monotonic() + 60 * float(os.environ.get("MINUTES", "10"))
    turns = dict.fromkeys(TARGETS, 0)
    bounded = settings(
        max_examples=EXAMPLES_A_TURN,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
    )
    runs = {name: bounded(target) for name, target in TARGETS.items()}
    while time.monotonic() < ends:
        for name, run in runs.items():
            run()
            turns[name] += 1
            if time.monotonic() > ends:
                break
    for name, count in turns.items():
        print(f"{name}: {count * EXAMPLES_A_TURN} examples")


if __name__ == "__main__":
    main()
