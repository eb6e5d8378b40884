"""Starts the whole sandbox and stops it again, whatever happens in between."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from sandbox.stack.build import built
from sandbox.stack.deploy import deploy
from sandbox.stack.emulator import start_emulator, wait_for_emulator
from sandbox.stack.endpoints import published
from sandbox.stack.environment import offline
from sandbox.stack.keys import make_key_pair
from sandbox.stack.paths import DEFAULT_SCENARIO, SANDBOX
from sandbox.stack.ports import LOOPBACK, free_ports
from sandbox.stack.processes import Children, guarded_children
from sandbox.stack.progress import Progress
from sandbox.stack.seed import seed
from sandbox.stack.simulators import Simulator, start_simulator, wait_for_simulator
from sandbox.stack.stack import Stack, World, aws_access
from sandbox.stack.sweeper import sweeping


class AlreadyRunningError(Exception):
    """Another sandbox uses the folder."""


@contextmanager
def running_stack(
    scenario: Path = DEFAULT_SCENARIO, *, quiet: bool = False, folder: Path = SANDBOX
) -> Iterator[Stack]:
    """Ready when it is entered: deployed, seeded, swept every second, endpoints.json written.

    `folder` takes logs and endpoints.json, and is used by one sandbox at a time. Raises
    AlreadyRunningError, ChildError when a part fails to start, OSError or ValueError for a
    scenario that can't be read.
    """
    progress = Progress(quiet)
    world = read_world(scenario)
    with ExitStack() as until_the_end:
        enter = until_the_end.enter_context
        enter(_alone_in(folder))
        enter(offline())
        run, logs = _fresh_folders(folder)
        children = enter(guarded_children(run, logs))
        stack = _start(children, progress, scenario.resolve(), world, run)
        seed(stack, world)
        enter(sweeping(stack, progress))
        enter(published(stack))
        yield stack


def read_world(scenario: Path) -> World:
    world = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    if not isinstance(world, dict):
        raise ValueError(f"{scenario} does not describe a world")  # noqa: TRY004
    return world


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """The lock goes with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(f"a sandbox is running already, see {folder}") from None
        yield


def _fresh_folders(folder: Path) -> tuple[Path, Path]:
    """One that goes with the run, one for logs; and away with what a killed run left behind."""
    (folder / "endpoints.json").unlink(missing_ok=True)
    run, logs = folder / "run", folder / "logs"
    for fresh in (run, logs):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
    return run, logs


def _start(
    children: Children, progress: Progress, scenario: Path, world: World, run: Path
) -> Stack:
    """Everything starts side by side; the build goes on meanwhile."""
    keys = make_key_pair()
    aws_port, netsuite_port, expensify_port, mail_port = free_ports(4)
    netsuite = Simulator(
        "netsuite", netsuite_port,
        ("--scenario", scenario, "--public-key", keys.write_public(run)),
    )  # fmt: skip
    expensify = Simulator(
        "expensify", expensify_port, ("--scenario", scenario, "--netsuite", netsuite.url)
    )
    mail = Simulator("mail", mail_port)
    aws = aws_access(f"http://{LOOPBACK}:{aws_port}")

    progress.say("starting the emulator and the simulators")
    emulator = start_emulator(children, aws_port, mail.url, run)
    starting = {one: start_simulator(children, one) for one in (netsuite, mail)}
    with built(children, progress) as template:
        for simulator, child in starting.items():
            wait_for_simulator(child, simulator)
        wait_for_simulator(start_simulator(children, expensify), expensify)
        wait_for_emulator(emulator, aws["endpoint_url"])
        with progress.step("sam deploy"):
            outputs = deploy(children, template, aws)
    return Stack(
        aws=aws,
        outputs=outputs,
        netsuite=netsuite.url,
        expensify=expensify.url,
        mail=mail.url,
        world=world,
        folder=run.parent,
        check_alive=children.check_alive,
        private_key=keys.private,
    )
