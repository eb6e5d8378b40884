"""What becomes of projects while reports wait for them: names, ids, twins, customers, choices.

Has chances of its own, so that a history without any of it is what it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from operate.alias import Aliases
from shared.domain.blocker import Blocker, Label
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.decide_notify import Letter
from shared.domain.identity import Alias
from shared.domain.notice import Tone
from shared.ports import Reconciler
from tests.simulation.check_identity import IdentityChecks
from tests.simulation.netsuite import SimNetSuite, SimProject
from tests.simulation.run import Stage
from tests.simulation.scenario import START, DriftPlan, ProjectPlan

if TYPE_CHECKING:
    from tests.simulation.functions import Fleet

DRIFTING = 0.15
"""In so many histories projects are renamed, merged, doubled or held up by their customer."""

FICKLE = 0.3
"""So many of those that somebody chose are deleted soon after."""

RASH = 0.4
"""So often another one, which is open, is chosen first."""

KINDS = ("rename", "merge", "twin", "customer", "customer", "blind")
NORTH, SOUTH = "North", "South"


def draw_drift(
    seed: int, projects: dict[str, tuple[ProjectPlan, ...]], calm: Millis
) -> tuple[DriftPlan, ...]:
    """Mostly early, when most reports still wait."""
    rng = Random(f"drift {seed}")
    if rng.random() >= DRIFTING:
        return ()
    plans = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        account = rng.choice(sorted(projects))
        project = rng.choice(projects[account][:2])
        at = START + int((calm - START) * rng.random() ** 2)
        plans.append(DriftPlan(at, rng.choice(KINDS), account, project.id))
    return tuple(plans)


def draw_subsidiary(seed: int, workspace_id: str, drift: tuple[DriftPlan, ...]) -> str:
    """Which one the workspace's settings name, if any: it matters where there is a twin."""
    likely = 0.5 if any(plan.kind == "twin" for plan in drift) else 0.1
    return NORTH if Random(f"drift {seed} {workspace_id}").random() < likely else ""


class Drift:
    """`checks` hears of every choice at the moment at which it holds."""

    def __init__(
        self, stage: Stage, netsuite: SimNetSuite, fleet: "Fleet", checks: IdentityChecks
    ) -> None:
        self._stage = stage
        self._netsuite = netsuite
        self._fleet = fleet
        self._checks = checks
        self._rng = Random(f"drift {stage.scenario.seed} acts")
        self._desk = _Desk(fleet)
        self._heeds = self._rng.choice((0.0, 0.6, 1.0))
        self._rash: set[tuple[str, str]] = set()

    def begin(self) -> None:
        for plan in self._stage.scenario.drift:
            self._stage.loop.at(plan.at, self._act(plan))

    def calm_down(self) -> None:
        """Rights are given back."""
        self._netsuite.blind.clear()

    def heard(self, letter: Letter) -> None:
        """Whoever is asked which project a label is may have an operator say it."""
        notice = letter.notice
        asked = notice.tone is Tone.RETAG and notice.about.startswith("L#")
        if asked and self._rng.random() < self._heeds:
            later = self._stage.now + self._rng.randrange(10 * SECOND, 3 * MINUTE)
            workspace_id, text = notice.workspace_id, letter.subject.label
            self._stage.loop.at(later, lambda: self._choose(workspace_id, text))

    def _act(self, plan: DriftPlan) -> Callable[[], None]:
        acts = {
            "rename": self._rename,
            "merge": self._merge,
            "twin": self._twin,
            "customer": self._customer,
            "blind": self._blind,
        }
        return lambda: acts[plan.kind](plan)

    def _project(self, plan: DriftPlan) -> SimProject:
        return self._netsuite.projects[plan.account][plan.project_id]

    def _rename(self, plan: DriftPlan) -> None:
        project = self._project(plan)
        self._checks.touch(plan.account, project.label)
        project.name = f"{project.label} renamed"
        self._say(project, "renamed")

    def _merge(self, plan: DriftPlan) -> None:
        """The id is gone; the label is another project's, which is as open as the old one was."""
        project = self._project(plan)
        if project.closed == "gone":
            return
        self._checks.touch(plan.account, project.label)
        closed = project.closed
        self._netsuite.change(plan.account, project.id, "gone", "administrator")
        self._new(plan.account, project, closed, project.subsidiary)

    def _twin(self, plan: DriftPlan) -> None:
        project = self._project(plan)
        self._checks.touch(plan.account, project.label)
        self._new(plan.account, project, "", SOUTH)

    def _new(self, account: str, like: SimProject, closed: str, subsidiary: str) -> None:
        projects = self._netsuite.projects[account]
        number = f"{account[-1]}{800 + len(projects)}"
        new = SimProject(
            number, like.label, like.customer, closed, int(bool(closed)), "", subsidiary
        )
        projects[number] = new
        self._say(new, f"made, {closed or 'active'}")

    def _customer(self, plan: DriftPlan) -> None:
        if self._project(plan).closed != "gone":
            self._netsuite.change(plan.account, plan.project_id, "customer", "administrator")

    def _blind(self, plan: DriftPlan) -> None:
        """The role sees nothing for a while."""
        self._netsuite.blind.add(plan.account)
        later = self._stage.now + self._rng.randrange(MINUTE, 20 * MINUTE)
        self._stage.loop.at(later, lambda: self._netsuite.blind.discard(plan.account))

    def _choose(self, workspace_id: str, text: str) -> None:
        """The one that was meant all along, the oldest that is still there; or first another."""
        account = self._fleet.settings.account_of(workspace_id)
        named = self._netsuite.meant(account, text)
        there = [project for project in named if project.closed != "gone"]
        if not there:
            return
        there.sort(key=lambda p: (p.subsidiary == SOUTH, int(p.id)))
        others = [project for project in there[1:] if not project.closed]
        if others and (workspace_id, text) not in self._rash and self._rng.random() < RASH:
            self._rash.add((workspace_id, text))
            self._name(workspace_id, account, text, others[-1])
            later = self._stage.now + self._rng.randrange(MINUTE, 4 * MINUTE)
            self._stage.loop.at(later, lambda: self._choose(workspace_id, text))
            return
        self._name(workspace_id, account, text, there[0])

    def _name(self, workspace_id: str, account: str, text: str, project: SimProject) -> None:
        self._checks.chosen(workspace_id, account, text, project.id)
        self._netsuite.chosen[workspace_id, text] = project.id
        aliases = Aliases(
            self._desk, self._desk, self._desk, "olga", self._stage.clock, self._say_choice
        )
        aliases.choose(workspace_id, text, project.id, anyway=True)
        if not self._stage.calm and self._rng.random() < FICKLE:
            later = self._stage.now + self._rng.randrange(MINUTE, 6 * MINUTE)
            self._stage.loop.at(later, lambda: self._vanish(account, project))

    def _vanish(self, account: str, project: SimProject) -> None:
        """What was chosen is deleted; a project of the same name may be there all the same."""
        if not self._stage.calm:
            self._netsuite.change(account, project.id, "gone", "administrator")

    def _say(self, project: SimProject, what: str) -> None:
        self._stage.note("administrator", f"project {project.id} {project.label}", what)

    def _say_choice(self, line: str) -> None:
        self._stage.note("operator", line)


@dataclass(slots=True)
class _Desk:
    """The table as a person's command reaches it, at once: implements what `Aliases` needs of
    `Accounts`, `Settings` and `Rows`.
    """

    fleet: "Fleet"

    def __getattr__(self, name: str) -> object:
        raise NotImplementedError(name)

    def workspace(self, workspace_id: str) -> object:
        return self.fleet.settings.known(workspace_id)

    def labels(self, account_id: str, workspace_id: str) -> tuple[Label, ...]:
        known = self.fleet.accounts.known.items()
        return tuple(x for (a, ws, _), x in known if (a, ws) == (account_id, workspace_id))

    def blockers(self, account_id: str) -> tuple[Blocker, ...]:
        return tuple(b for (a, _), b in self.fleet.accounts.blocked.items() if a == account_id)

    def put_alias(self, alias: Alias) -> None:
        self.fleet.accounts.put_alias(alias)

    def ask_anew(self, account_id: str, workspace_id: str, text: str, until: Millis) -> None:
        self.fleet.accounts.void((account_id, workspace_id, text), until)

    def pull(self, reconciler: Reconciler, key: str, due: Millis) -> bool:
        return self.fleet.rows.move_up(reconciler, key, due)
