"""Puts the simulator together; the only place that does."""

import time
from collections.abc import Callable

from flask import Flask

from sandbox.netsuite import wire_control, wire_pages, wire_record, wire_suiteql, wire_token
from sandbox.netsuite.backend import Backend
from sandbox.netsuite.gate import Gate
from sandbox.netsuite.journal import Journal
from sandbox.netsuite.world import World


def create_app(
    world: World,
    clock: Callable[[], float] = time.time,
    *,
    public_key: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """``clock`` gives epoch seconds; ``public_key`` is every account's, as PEM."""
    backend = Backend(world, clock, public_key)
    journal = Journal(clock)
    gate = Gate(backend, journal, sleep)
    app = Flask(__name__, static_folder=None)
    gate.install(app)
    for wire in (wire_token, wire_suiteql, wire_record, wire_pages):
        app.register_blueprint(wire.blueprint(backend))
    app.register_blueprint(wire_control.blueprint(backend, gate, journal))
    return app
