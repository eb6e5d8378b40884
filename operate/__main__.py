"""`python -m operate check|push|replay|acts|stays-closed`; `make` has a target for each."""

import argparse
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError

from operate.check import Checked, check
from operate.files import read
from operate.push import Push
from operate.ruling import StaysClosed
from operate.stack import Stack, clock
from shared.adapters.table import TableAccounts, TableCases, TableRows, TableSettings
from shared.errors import RemediationError


def main(arguments: list[str] | None = None) -> int:
    """0 if all is well, 1 if anything is not."""
    chosen = _parser().parse_args(arguments)
    try:
        return _run(chosen)
    except (RemediationError, BotoCoreError, OSError) as error:
        say(f"{type(error).__name__}: {error}")
        return 1


def _run(chosen: argparse.Namespace) -> int:
    if chosen.command in {"check", "push"}:
        checked = _checked(chosen.dir)
        if chosen.command == "check" or not checked.sheets:
            return int(bool(checked.problems) or not checked.sheets)
    stack = Stack(chosen.stack, chosen.table, chosen.queue)
    if chosen.command == "stays-closed":
        return _stays_closed(stack, chosen.account, chosen.project)
    pushing = _push(stack, yes=getattr(chosen, "yes", True))
    match chosen.command:
        case "push":
            return int(not pushing.push(checked, prune=chosen.prune))
        case "replay":
            say(f"parked events sent to intake again, in all: {pushing.replay()}")
        case "acts":
            pushing.switch(on=chosen.to == "on")
            if chosen.to == "on" and stack.never_acts():
                say(
                    "but this stack was deployed with Acts=off, and acts only when deployed with on"
                )
    return 0


def _stays_closed(stack: Stack, account_id: str, project_id: str) -> int:
    ruling = StaysClosed(TableAccounts(stack.table), TableRows(stack.table), stack.who, clock)
    workspaces = ruling.rule(account_id.upper().replace("-", "_"), project_id)
    say(f"project {project_id} stays closed; told in: {', '.join(workspaces) or 'no workspace'}")
    return 0


def _checked(folder: Path) -> Checked:
    checked = check(read(folder))
    for problem in checked.problems:
        say(str(problem))
    good, all_ = len(checked.good), len(checked.sheets)
    if not all_:
        say(f"{folder}: no settings; settings/README.md says what to write")
    else:
        say(f"{folder}: {good} of {all_} files are good")
    return checked


def _push(stack: Stack, *, yes: bool) -> Push:
    table = stack.table
    return Push(
        store=stack.store,
        settings=TableSettings(table),
        rows=TableRows(table),
        cases=TableCases(table),
        parked=stack.parked,
        clock=clock,
        say=say,
        confirm=_agree if yes else _ask,
    )


def _agree(_question: str) -> bool:
    return True


def _ask(question: str) -> bool:
    """No answer is none."""
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    files = argparse.ArgumentParser(add_help=False)
    files.add_argument("--dir", type=Path, default=Path("settings"))
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--stack", default="export-remediation", help="its outputs name the rest")
    where.add_argument("--table", default="")
    where.add_argument("--queue", default="", help="URL of the intake queue")
    commands.add_parser("check", parents=[files])
    push = commands.add_parser("push", parents=[files, where])
    push.add_argument("--yes", action="store_true", help="write without asking")
    push.add_argument("--prune", action="store_true", help="remove what is no longer in files")
    commands.add_parser("replay", parents=[where])
    stays_closed = commands.add_parser("stays-closed", parents=[where])
    stays_closed.add_argument("account", help="of NetSuite")
    stays_closed.add_argument("project", help="its internal id")
    acts = commands.add_parser("acts", parents=[where])
    acts.add_argument("to", choices=["on", "off"])
    return parser


if __name__ == "__main__":
    sys.exit(main())
