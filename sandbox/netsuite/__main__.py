"""``python -m sandbox.netsuite --port N --scenario world.yaml [--public-key key.pem]``.

Prints its URL once it listens; SIGTERM ends it at once, with exit code 0.
"""

import argparse
import sys
from pathlib import Path

from sandbox.netsuite.app import create_app
from sandbox.netsuite.assertion import check_public_key
from sandbox.netsuite.world import load_world
from sandbox.serve import serve_forever


def main() -> None:
    arguments = _arguments()
    try:
        pem = arguments.public_key and check_public_key(arguments.public_key.read_text())
        app = create_app(load_world(arguments.scenario), public_key=pem)
    except (OSError, ValueError) as error:
        sys.exit(f"NetSuite sandbox: {error}")
    serve_forever(app, arguments.port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.netsuite")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--scenario", type=Path, required=True, help="YAML with `accounts`")
    parser.add_argument("--public-key", type=Path, help="PEM of every account's certificate")
    return parser.parse_args()


if __name__ == "__main__":
    main()
