"""Puts the mail catcher together; the only place that does."""

import time
from collections.abc import Callable, Iterable

from flask import Flask

from sandbox.mail import wire_control, wire_messages, wire_pages, wire_ses
from sandbox.mail.mailbox import Mailbox


def create_app(verified: Iterable[str] = (), clock: Callable[[], float] = time.time) -> Flask:
    """``verified``: addresses and domains that may send, none = all; ``clock``: epoch seconds."""
    mailbox = Mailbox(clock, verified)
    app = Flask(__name__, static_folder=None)
    for wire in (wire_ses, wire_messages, wire_control, wire_pages):
        app.register_blueprint(wire.blueprint(mailbox))
    return app
