"""A look that gets no slot of the credential's budget."""

from shared.domain.case import Phase
from shared.domain.clock import MINUTE, SECOND
from shared.errors import NoSlotError
from tests.builders import NOW, WS
from tests.fakes.expensify import FakeReader
from tests.workflows.faces import Broken
from tests.workflows.stages import look, stuck


def test_a_look_without_a_slot_is_put_off_and_nobody_is_at_fault() -> None:
    """No circuit opens and no operator is told, however often it happens; then it goes on."""
    service = stuck()
    service.reader = Broken(NoSlotError(12 * SECOND))
    before = service.case()
    for _ in range(8):
        due = look(service)
        assert due is not None
        assert service.clock() < due <= service.clock() + MINUTE
        service.clock.advance(due - service.clock())
    workspace = service.workspaces.get(WS)
    assert (workspace.faults, workspace.fault, workspace.quiet_until) == (0, None, 0)
    assert (service.case(), len(service.notices)) == (before, 0)

    service.reader = FakeReader(service.expensify)
    look(service)
    assert service.case().phase is Phase.WAITING
    assert (service.case().read_at or 0) > NOW
