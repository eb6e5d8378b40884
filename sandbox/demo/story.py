"""The story: three reports fail on one closed project; one click in NetSuite frees them all."""

import sys
from dataclasses import dataclass
from typing import Any

from sandbox.demo.narrator import Narrator
from sandbox.stack.stack import Stack
from sandbox.world import TooLateError, World

_PATIENCE = 120.0
_ASKED_AND_TOLD = 2


@dataclass(frozen=True, slots=True)
class Ending:
    """How one report ended, read from the simulators."""

    report: dict[str, Any]
    postings: int
    mails: int

    @property
    def good(self) -> bool:
        return self.postings == 1 and self.mails == _ASKED_AND_TOLD


def play(stack: Stack) -> int:
    """The exit code: 0 only if every report arrived once and everybody was told."""
    world = World(stack)
    stuck = [r["id"] for r in stack.world["reports"] if r.get("failed")]
    project = next(p for p in stack.world["accounts"][0]["projects"] if p["isInactive"])
    try:
        with Narrator(world) as narrator:
            _play(world, narrator, stuck, project)
    except TooLateError as error:
        _write(f"\n  The story did not end as it should: {error}\n")
        _summary(world, stuck)
        return 1
    return 0 if _summary(world, stuck) else 1


def _play(world: World, narrator: Narrator, stuck: list[str], project: dict[str, Any]) -> None:
    name, people = project["companyName"], world.stack.world["service"]["people"]
    admin = people["netsuite_admins"][0]
    submitters = {world.report(r)["submitterEmail"] for r in stuck}
    _write("\n  The story\n")
    narrator.say("NetSuite", f"project “{name}” ({project['id']}) is inactive")
    narrator.say("Expensify", f"refuses {len(stuck)} reports: NS0770 … [{name}] is not active …")
    world.fail(world.failure(report_id) for report_id in stuck)
    narrator.say("bridge", f"puts {len(stuck)} × Report Export Failed on the bus")
    asked = {admin, *submitters}
    world.wait("everybody asked", lambda: _all_mailed(world, asked), _PATIENCE)
    world.wait("all of it told", lambda: narrator.told("mail") >= len(asked), _PATIENCE)
    narrator.say("Nora", f"opens the link in her mail and reactivates “{name}”; nobody does more")
    world.set_project(project["id"], isInactive=False)
    narrator.say("NetSuite", f"project “{name}” ({project['id']}) is active")
    world.wait("all exported", lambda: len(world.postings(*stuck)) >= len(stuck), _PATIENCE)
    people_told = dict.fromkeys({admin, *submitters}, _ASKED_AND_TOLD)
    world.wait(
        "everybody told",
        lambda: all(len(world.mails(who)) >= n for who, n in people_told.items()),
        _PATIENCE,
    )
    world.wait("all of it told", lambda: narrator.told("mail") >= 2 * len(asked), _PATIENCE)


def _all_mailed(world: World, people: set[str]) -> bool:
    return all(world.mails(person) for person in people)


def _summary(world: World, stuck: list[str]) -> bool:
    endings = [_ending(world, report_id) for report_id in stuck]
    syncs = len(world.calls("SyncPolicyToNetSuite"))
    _write("\n  What the simulators hold now\n")
    row = "  {:<14} {:<18} {:<22} {:<10} {:>12} {:>7}\n"
    _write(row.format("report", "name", "submitter", "export", "in NetSuite", "mails"))
    for ending in endings:
        report = ending.report
        outcome = report["exports"][-1]["outcome"] if report["exports"] else "never"
        _write(
            row.format(
                report.get("id", report.get("reportId", "?")),
                report["reportName"],
                report["submitterEmail"],
                outcome,
                f"{ending.postings} ×",
                ending.mails,
            )
        )
    _write(f"  syncs: {syncs} · SuiteQL queries: {len(world.suiteql())}")
    _write(f" · mails: {len(world.mails())}\n")
    good = all(ending.good for ending in endings) and not world.dead_letters()
    _write("  Every report arrived, once.\n\n" if good else "  NOT every report arrived once.\n\n")
    return good


def _ending(world: World, report_id: str) -> Ending:
    report = world.report(report_id)
    mails = len(world.mails(report["submitterEmail"]))
    return Ending(report, len(world.postings(report_id)), mails)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
