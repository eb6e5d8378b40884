"""Writes `docs/failure-codes.md` from the catalogue, for people who look a code up.

A test fails when what is there differs from what this would write.
"""

import re
from pathlib import Path

from shared.catalogue import catalogue
from shared.domain.advice import Advice
from shared.domain.notice import Role

PAGE = Path(__file__).resolve().parents[1] / "docs" / "failure-codes.md"
WHO = {
    Role.SUBMITTER: "submitter",
    Role.WORKSPACE_ADMIN: "workspace administrator",
    Role.NETSUITE_ADMIN: "NetSuite administrator",
    Role.OPERATOR: "operator",
}
HEAD = """\
# Failure codes

What we tell people about a report that Expensify can't export, by the code in its message. Written by `python -m scripts.write_failure_codes` from `shared/catalogue/netsuite.json`; change it there.

- Each code goes to **who** can put it right; the workspace's administrators always hear of it, too, since the sync and the export afterwards are theirs. What concerns a submitter goes to whom `retag_by` names, and to the workspace's administrators if the submitter's address isn't within `allowed_domains`.
- Afterwards, unless a row says otherwise: **Workspaces > Accounting > Sync Now** in Expensify, then **Export** on the report. A person does that: apart from NS0770, nothing is ever looked up, synced or exported by us. The case ends when the report is seen exported, marked or gone.
- NS0770 is ours to recover ([how](architecture.md)); its row is told only of a report that is in people's hands already because of another code.

| code | what it means | who | what to do |
| --- | --- | --- | --- |
"""
NEVER = "Don’t export it again."
_STAR = re.compile(r"(?<!\*)\*(?!\*)")


def rendered() -> str:
    known = catalogue()
    rows = [_row(f"[{code}]({advice.source})", advice) for code, advice in known.entries.items()]
    rows += [_row("any other code", known.unknown), _row("no code", known.without_code)]
    return HEAD + "\n".join(rows) + "\n"


def _row(title: str, advice: Advice) -> str:
    steps = [*advice.steps, *([] if advice.retry else [NEVER])]
    numbered = "<br>".join(f"{n}. {_plain(step)}" for n, step in enumerate(steps, start=1))
    return f"| {title} | {_plain(advice.meaning)} | {WHO[advice.role]} | {numbered} |"


def _plain(text: str) -> str:
    """Nothing but `**` is Markdown."""
    safe = text.replace("|", "\\|").replace("<", "&lt;")
    return _STAR.sub(r"\\*", safe)


def main() -> None:
    PAGE.write_text(rendered(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
