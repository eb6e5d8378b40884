"""Runs a simulator as a server on the loopback interface."""

import signal
import sys
from threading import Thread
from types import FrameType
from typing import NoReturn, Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

LOOPBACK = "127.0.0.1"
# Werkzeug's handler has no socket timeout of its own: a client that opens a connection and says
# nothing would hold its thread for ever.
_SILENT_CLIENT_SECONDS = 120


class _QuietHandler(WSGIRequestHandler):
    timeout = _SILENT_CLIENT_SECONDS

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: each simulator keeps a journal."""


class Server:
    """``port`` 0 takes any free one; ``url`` names it. Also a context manager."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        self._server = make_server(
            LOOPBACK, port, app, threaded=True, request_handler=_QuietHandler
        )
        self._thread = Thread(target=self._serve, daemon=True)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"

    def _serve(self) -> None:
        # The default poll of 0.5 s would be the time that each stop() takes.
        self._server.serve_forever(poll_interval=0.05)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve_forever(app: Flask, port: int) -> NoReturn:
    """Prints the URL once it listens; SIGTERM and Ctrl-C end the process at once, with exit 0."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    server = Server(app, port)
    server.start()
    print(server.url, flush=True)
    while True:
        signal.pause()


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
