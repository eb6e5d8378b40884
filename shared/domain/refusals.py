"""What a refused sync or export means for the next ones: a login or a right is refused to them all."""

from dataclasses import replace

from shared.domain.clock import Millis
from shared.domain.finding import SETUP_FAULTS, Fault
from shared.domain.rules import Rules, backoff
from shared.domain.workspace import Workspace


def act_refused(workspace: Workspace, fault: Fault, rules: Rules, now: Millis) -> Workspace:
    """Nothing is asked for again at once, and less often each time; reading goes on."""
    until = now + backoff(rules.circuit, workspace.refusals)
    times = workspace.refusals + 1
    return replace(workspace, refusals=times, refused_as=fault, no_acts_until=until)


def act_taken(workspace: Workspace) -> Workspace:
    return replace(workspace, refusals=0, refused_as=None, no_acts_until=0)


def is_operators(before: Workspace, after: Workspace, rules: Rules) -> bool:
    """A set-up fault when it begins, though another went before it; any fault once it has become
    lasting.
    """
    begins = after.refused_as in SETUP_FAULTS and after.refused_as is not before.refused_as
    return begins or after.refusals == len(rules.circuit)
