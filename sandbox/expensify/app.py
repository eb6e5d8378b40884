"""Puts the simulator together."""

import time
from collections.abc import Callable

from flask import Flask

from sandbox.expensify import wire_app, wire_control, wire_integration, wire_view
from sandbox.expensify.backend import Backend
from sandbox.expensify.runtime import Runtime
from sandbox.expensify.world import ProjectSource, World

# Threads of a storm may post long reportIDLists; a template of the service is a few kB.
_LARGEST_REQUEST = 16 * 1024 * 1024


def create_app(
    world: World,
    clock: Callable[[], float] = time.time,
    *,
    projects: ProjectSource,
    pause: Callable[[float], None] = time.sleep,
) -> Flask:
    """``pause`` is how a fault's delay passes, in seconds."""
    return app_of(Runtime(Backend(world, clock, projects), pause))


def app_of(runtime: Runtime) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_REQUEST
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for wire in (wire_integration, wire_app, wire_control, wire_view):
        app.register_blueprint(wire.blueprint(runtime))
    return app
