"""A function URL on loopback: HTTP in, the function's event out, its answer back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request

from sandbox.serve import Server
from tests.handlers.kit import Stack


@contextmanager
def function_url(stack: Stack) -> Iterator[str]:
    """Where it is, without a slash at the end."""
    app = Flask(__name__)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def serve(path: str) -> Response:
        answer = stack.invoke("webhook", event_of(f"/{path}"))
        return Response(answer["body"], answer["statusCode"], answer["headers"])

    with Server(app) as server:
        yield server.url


def event_of(path: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {"http": {"method": request.method, "path": path}},
        "body": request.get_data().decode(),
        "isBase64Encoded": False,
    }
