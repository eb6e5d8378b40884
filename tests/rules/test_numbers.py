"""The numbers that every other test takes as they come."""

from shared.domain.rules import Rules


def test_how_often_and_how_much_is_asked() -> None:
    """Polls, gaps and batches are what keeps us within the rates of others."""
    rules = Rules()
    assert (rules.gap, rules.sync_poll, rules.idle) == (15_000, 30_000, 900_000)
    assert rules.read_batch == 50


def test_how_long_a_label_is_wanted_unless_its_case_is_open_still() -> None:
    """A week, in milliseconds."""
    assert Rules().wanted_for == 604_800_000
