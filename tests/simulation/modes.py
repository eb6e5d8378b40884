"""The modes of the workspaces, as an operator switches them while work is in flight."""

from random import Random

from shared.domain.clock import Millis
from shared.domain.mode import Mode
from tests.simulation.run import Stage
from tests.simulation.scenario import START, ModeSwitch
from tests.simulation.table_notices import SimSettings

MODAL = 0.12
"""So many histories have other modes than `auto`."""


def draw_modes(seed: int, workspaces: tuple[str, ...], calm: Millis) -> tuple[ModeSwitch, ...]:
    """From a source of their own, so that the rest of the history is as it was without them."""
    rng = Random(seed ^ 0x40DE)
    if rng.random() >= MODAL:
        return ()
    return tuple(switch for ws in workspaces for switch in _of_workspace(rng, ws, calm))


def _of_workspace(rng: Random, workspace_id: str, calm: Millis) -> list[ModeSwitch]:
    first = rng.choice((Mode.OBSERVE, Mode.ASSIST, Mode.ASSIST, Mode.AUTO))
    at = sorted(rng.randrange(START, calm) for _ in range(rng.choice((0, 1, 1, 2, 3))))
    later = [ModeSwitch(each, workspace_id, rng.choice(tuple(Mode))) for each in at]
    return [ModeSwitch(START, workspace_id, first), *later]


class Modes:
    """What each workspace's mode is, and was."""

    def __init__(self, stage: Stage, settings: SimSettings) -> None:
        self._stage = stage
        self._settings = settings
        self._past: dict[str, list[tuple[Millis, Mode]]] = {}

    def begin(self) -> None:
        for switch in self._stage.scenario.modes:
            if switch.at <= self._stage.now:
                self._switch(switch)
            else:
                self._stage.loop.at(switch.at, lambda switch=switch: self._switch(switch))

    def occasion(self, workspace_id: str) -> None:
        """We look closely at a report, perhaps to export it: when a switch tells most."""
        stage = self._stage
        if stage.scenario.modes and stage.chance(0.2):
            mode = stage.rng.choice((Mode.OBSERVE, Mode.ASSIST))
            later = stage.now + stage.rng.randrange(200)
            stage.loop.at(later, lambda: self._switch(ModeSwitch(later, workspace_id, mode)))

    def now(self, workspace_id: str) -> Mode:
        past = self._past.get(workspace_id)
        return past[-1][1] if past else Mode.AUTO

    def only_observes(self, workspace_id: str) -> bool:
        """By now, so that nobody hears of anything."""
        return self.now(workspace_id) is Mode.OBSERVE

    def since(self, workspace_id: str, begin: Millis) -> set[Mode]:
        """Every mode that it had at any moment since then."""
        past = self._past.get(workspace_id)
        if not past:
            return {Mode.AUTO}
        ends = [*(at for at, _ in past[1:]), self._stage.now + 1]
        return {mode for (_, mode), end in zip(past, ends, strict=True) if end > begin}

    def _switch(self, switch: ModeSwitch) -> None:
        self._stage.note("operator", f"switches {switch.workspace_id} to {switch.mode}")
        self._past.setdefault(switch.workspace_id, []).append((self._stage.now, switch.mode))
        self._settings.switch(switch.workspace_id, switch.mode)
