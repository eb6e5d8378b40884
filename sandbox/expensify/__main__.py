"""``python -m sandbox.expensify --port N --scenario world.yaml --netsuite URL``."""

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from sandbox.expensify.app import app_of
from sandbox.expensify.backend import Backend
from sandbox.expensify.netsuite_client import poster_to, projects_of
from sandbox.expensify.runtime import Runtime
from sandbox.expensify.world import load_world
from sandbox.serve import serve_forever

_TICK_SECONDS = 0.1


def main() -> NoReturn:
    arguments = _arguments()
    try:
        world = load_world(arguments.scenario)
    except (OSError, ValueError) as error:
        sys.exit(f"Expensify sandbox: {error}")
    netsuite = arguments.netsuite
    backend = Backend(world, time.time, projects_of(netsuite), poster_to(netsuite))
    runtime = Runtime(backend)
    threading.Thread(target=_tick, args=(runtime,), daemon=True).start()
    serve_forever(app_of(runtime), arguments.port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.expensify", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--netsuite", required=True, help="URL of the NetSuite simulator")
    return parser.parse_args()


def _tick(runtime: Runtime) -> NoReturn:
    """Lets things happen when they are due: without it, a sync would look at NetSuite only when
    somebody next asks, and see what wasn't there in its time.
    """
    while True:
        with runtime.moment():
            pass
        time.sleep(_TICK_SECONDS)


if __name__ == "__main__":
    main()
