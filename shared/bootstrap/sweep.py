from functools import cache

from shared.bootstrap.common import clock, rows, wakes
from shared.workflows.sweep import Sweep


@cache
def sweep() -> Sweep:
    return Sweep(rows=rows(), wakes=wakes(), clock=clock)
