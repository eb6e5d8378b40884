"""`python -m operate check|push|replay|acts|alias|aliases`; `make` has a target for each."""

import argparse
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from operate.alias import Aliases
from operate.check import Checked, check
from operate.files import read
from operate.push import Push
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
    if chosen.command in {"alias", "aliases"}:
        return int(not _named(_aliases(stack), chosen))
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


def _named(aliases: Aliases, chosen: argparse.Namespace) -> bool:
    if chosen.command == "aliases":
        return aliases.show(chosen.workspace)
    if chosen.remove:
        return aliases.remove(chosen.workspace, chosen.label)
    return aliases.choose(chosen.workspace, chosen.label, chosen.project, anyway=chosen.anyway)


def _aliases(stack: Stack) -> Aliases:
    return Aliases(
        accounts=TableAccounts(stack.table),
        settings=TableSettings(stack.table),
        rows=TableRows(stack.table),
        who=stack.store.who,
        clock=clock,
        say=say,
    )


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
    acts = commands.add_parser("acts", parents=[where])
    acts.add_argument("to", choices=["on", "off"])
    _add_aliases(commands, where)
    return parser


def _add_aliases(commands: Any, where: argparse.ArgumentParser) -> None:
    of = argparse.ArgumentParser(add_help=False)
    of.add_argument("--workspace", required=True)
    commands.add_parser("aliases", parents=[of, where])
    alias = commands.add_parser("alias", parents=[of, where])
    alias.add_argument("--label", required=True, help="as the expenses carry it")
    alias.add_argument("--project", default="", help="its internal ID in NetSuite")
    alias.add_argument("--remove", action="store_true", help="have the name matched again")
    alias.add_argument("--anyway", action="store_true", help="though the label can't mean it")


if __name__ == "__main__":
    sys.exit(main())
