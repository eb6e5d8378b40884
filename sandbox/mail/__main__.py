"""``python -m sandbox.mail --port N [--verified IDENTITY ...]``.

Prints its URL once it listens; SIGTERM ends it at once, with exit code 0.
"""

import argparse

from sandbox.mail.app import create_app
from sandbox.serve import serve_forever


def main() -> None:
    arguments = _arguments()
    serve_forever(create_app(arguments.verified), arguments.port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--verified",
        nargs="*",
        default=(),
        metavar="IDENTITY",
        help="addresses or domains that may send; without any, everybody may",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
