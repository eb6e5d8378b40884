"""`python -m operate COMMAND`; `make` has a target for each."""

import argparse
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import BotoCoreError

from operate.alias import Aliases
from operate.check import Checked, check
from operate.expensify_login import ExpensifyLogin
from operate.files import read
from operate.push import Push
from operate.reactivate import Approval
from operate.release import Release
from operate.ruling import StaysClosed
from operate.stack import Stack, clock
from operate.stuck import Stuck
from operate.withdrawal import Withdrawal
from shared.adapters.expensify_app import AppApi, SignIn
from shared.adapters.table import (
    TableAccounts,
    TableCases,
    TableRows,
    TableSettings,
    TableWorkspaces,
)
from shared.contracts.account import one_form
from shared.domain.reactivation import Until
from shared.errors import RemediationError, SettingsError


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
        pushing = _push(_stack(chosen), yes=chosen.yes)
        return int(not pushing.push(checked, prune=chosen.prune))
    return _COMMANDS[chosen.command](_stack(chosen), chosen)


def _stack(chosen: argparse.Namespace) -> Stack:
    return Stack(chosen.stack, chosen.table, chosen.queue)


def _replay(stack: Stack, _chosen: argparse.Namespace) -> int:
    say(f"parked events sent to intake again, in all: {_push(stack, yes=True).replay()}")
    return 0


def _acts(stack: Stack, chosen: argparse.Namespace) -> int:
    _push(stack, yes=True).switch(on=chosen.to == "on")
    if chosen.to == "on" and stack.never_acts():
        say("but this stack was deployed with Acts=off, and acts only when deployed with on")
    return 0


def _release(stack: Stack, chosen: argparse.Namespace) -> int:
    """Who can't be asked, and hasn't agreed, is shown what there is."""
    releasing = _releasing(stack, yes=chosen.yes)
    if chosen.command == "held":
        return _shown(stack, chosen, lambda each: releasing.show(each, chosen.report))
    if not (chosen.yes or sys.stdin.isatty()):
        releasing.show(chosen.workspace, chosen.report)
        say("Nothing was released: there is nobody to ask, and YES=1 wasn't given.")
        return 0
    done = releasing.release(chosen.workspace, chosen.report)
    if not releasing.settings.acts():
        say("acts is off: people are told, and nothing moves until `make acts-on`")
    return int(not done)


def _stuck(stack: Stack, chosen: argparse.Namespace) -> int:
    """Each report by itself only of a workspace that was asked for."""
    table = stack.table
    stuck = Stuck(
        cases=TableCases(table),
        accounts=TableAccounts(table),
        workspaces=TableWorkspaces(table),
        settings=TableSettings(table),
        clock=clock,
        say=say,
    )
    return _shown(stack, chosen, lambda ws: stuck.show(ws, each=bool(chosen.workspace)))


def _shown(stack: Stack, chosen: argparse.Namespace, show: Callable[[str], object]) -> int:
    """Broken settings keep nobody else's cases from being shown."""
    well = True
    for workspace_id in [chosen.workspace] if chosen.workspace else stack.workspaces():
        try:
            show(workspace_id)
        except SettingsError as error:
            say(str(error))
            well = False
    return int(not well)


def _releasing(stack: Stack, *, yes: bool) -> Release:
    table = stack.table
    return Release(
        cases=TableCases(table),
        accounts=TableAccounts(table),
        settings=TableSettings(table),
        rows=TableRows(table),
        who=stack.who,
        clock=clock,
        say=say,
        confirm=_agree if yes else _ask,
    )


def _stays_closed(stack: Stack, chosen: argparse.Namespace) -> int:
    ruling = StaysClosed(TableAccounts(stack.table), TableRows(stack.table), stack.who, clock)
    workspaces = ruling.rule(one_form(chosen.account), chosen.project)
    told = ", ".join(workspaces) or "no workspace"
    say(f"project {chosen.project} stays closed; told in: {told}")
    return 0


def _reactivate(stack: Stack, chosen: argparse.Namespace) -> int:
    """Who can't be asked, and hasn't agreed, is shown what there is."""
    account_id = one_form(chosen.account)
    if chosen.withdraw:
        Withdrawal(TableAccounts(stack.table), stack.who, clock, say).withdraw(
            account_id, chosen.project
        )
        return 0
    approval = _approval(stack, yes=chosen.yes)
    of = (account_id, chosen.project, Until(chosen.until))
    if not (chosen.yes or sys.stdin.isatty()):
        approval.show(*of)
        say("Nothing was approved: there is nobody to ask, and YES=1 wasn't given.")
        return 0
    done = approval.approve(*of)
    if not approval.settings.acts():
        say("acts is off: nothing is changed until `make acts-on`")
    return int(not done)


def _approval(stack: Stack, *, yes: bool) -> Approval:
    table = stack.table
    return Approval(
        accounts=TableAccounts(table),
        cases=TableCases(table),
        settings=TableSettings(table),
        rows=TableRows(table),
        who=stack.who,
        clock=clock,
        say=say,
        confirm=_agree if yes else _ask,
    )


def _named(stack: Stack, chosen: argparse.Namespace) -> int:
    aliases = _aliases(stack)
    if chosen.command == "aliases":
        return int(not aliases.show(chosen.workspace))
    if chosen.remove:
        return int(not aliases.remove(chosen.workspace, chosen.label))
    return int(
        not aliases.choose(chosen.workspace, chosen.label, chosen.project, anyway=chosen.anyway)
    )


def _aliases(stack: Stack) -> Aliases:
    return Aliases(
        accounts=TableAccounts(stack.table),
        settings=TableSettings(stack.table),
        rows=TableRows(stack.table),
        who=stack.store.who,
        clock=clock,
        say=say,
    )


def _expensify_login(stack: Stack, chosen: argparse.Namespace) -> int:
    session = requests.Session()
    login = ExpensifyLogin(
        settings=TableSettings(stack.table),
        secrets=stack.secrets,
        sign_in=lambda use: SignIn(use, session, clock),
        app=lambda of, secrets: AppApi(of.workspace_id, of.expensify, secrets, session, clock),
        ask=_answer,
        ask_hidden=_hidden_answer,
        say=say,
    )
    return int(not login.log_in(chosen.workspace, chosen.email))


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
    return _answer(f"{question} [y/N] ").casefold() in {"y", "yes"}


def _answer(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip()


def _hidden_answer(question: str) -> str:
    """Only a terminal shows what is typed."""
    return getpass(question).strip() if sys.stdin.isatty() else _answer(question)


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
    reactivate = commands.add_parser("reactivate", parents=[where])
    reactivate.add_argument("account", help="of NetSuite")
    reactivate.add_argument("project", help="its internal id")
    reactivate.add_argument("--until", choices=list(Until), default=Until.GOOD)
    reactivate.add_argument("--yes", action="store_true", help="approve without asking")
    reactivate.add_argument("--withdraw", action="store_true", help="take the approval back")
    acts = commands.add_parser("acts", parents=[where])
    acts.add_argument("to", choices=["on", "off"])
    held = commands.add_parser("held", parents=[where])
    held.add_argument("--workspace", default="", help="only this one")
    release = commands.add_parser("release", parents=[where])
    release.add_argument("--workspace", required=True)
    release.add_argument("--yes", action="store_true", help="release without asking")
    for parser_of_cases in (held, release):
        parser_of_cases.add_argument("--report", default="", help="only this one")
    held.set_defaults(yes=False)
    stuck = commands.add_parser("stuck", parents=[where])
    stuck.add_argument("--workspace", default="", help="only this one, and each report of it")
    _add_aliases(commands, where)
    login = commands.add_parser("expensify-login", parents=[where])
    login.add_argument("--workspace", required=True)
    login.add_argument("--email", default="", help="whose account; asked for if it isn't given")
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


_COMMANDS: dict[str, Callable[[Stack, argparse.Namespace], int]] = {
    "replay": _replay,
    "acts": _acts,
    "stuck": _stuck,
    "held": _release,
    "release": _release,
    "stays-closed": _stays_closed,
    "reactivate": _reactivate,
    "alias": _named,
    "aliases": _named,
    "expensify-login": _expensify_login,
}


if __name__ == "__main__":
    sys.exit(main())
