"""`docs/mails.md` shows what there is, and every mail that people get."""

import re
from pathlib import Path

from tests.adapters.mail_kit import GOLDEN

DOCS = Path(__file__).parents[2] / "docs"
TEMPLATES = DOCS.parent / "shared" / "adapters" / "mail" / "templates"
SHOWN = re.findall(r"pictures/mail-([\w-]+)\.png", (DOCS / "mails.md").read_text())

_PIECES = {"by_hand", "elsewhere", "footer", "form", "layout", "opening"}
"""Parts of mails; the rest are mails."""


def test_every_picture_is_of_a_golden_mail_and_there() -> None:
    """And none lies about unused."""
    pictures = {p.stem.removeprefix("mail-") for p in (DOCS / "pictures").glob("mail-*.png")}
    assert set(SHOWN) == pictures
    assert pictures <= set(GOLDEN)


def test_every_mail_is_shown() -> None:
    """One variant of each is enough."""
    mails = {path.name.partition(".")[0] for path in TEMPLATES.glob("*.j2")} - _PIECES
    named = {"login_fault": "setup_fault", "settings_fault": "setup_fault"}
    shown = {name.partition("-")[0] for name in SHOWN}
    assert {named.get(mail, mail) for mail in mails} - shown == {"reactivate_owner"}
    assert "reactivate-customer" in SHOWN
