"""The control surface: loopback only, no authentication, and no part of SES.

- ``GET /_control/health``
- ``GET``, ``PUT /_control/faults``: a PUT replaces all faults, so ``{}`` ends them:
  ``{"reject": ["a@example.com"]}``  MessageRejected for mails from or to these addresses
  ``{"throttle": 3}``                TooManyRequestsException for the next 3 requests
  ``{"lost_answer": true}``          mails are stored, but the connection is dropped
- ``POST /_control/reset``: no mails, no faults
"""

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from sandbox.mail.mailbox import Faults, Mailbox


def blueprint(mailbox: Mailbox) -> Blueprint:
    routes = Blueprint("control", __name__, url_prefix="/_control")
    routes.register_error_handler(ValidationError, lambda error: (jsonify(error=str(error)), 400))

    @routes.get("/health")
    def health() -> Response:
        return jsonify(ok=True)

    @routes.route("/faults", methods=["GET", "PUT"])
    def faults() -> Response:
        if request.method == "PUT":
            mailbox.set_faults(Faults.model_validate_json(request.get_data()))
        return jsonify(mailbox.faults.model_dump())

    @routes.post("/reset")
    def reset() -> Response:
        mailbox.clear()
        mailbox.set_faults(Faults())
        return jsonify(ok=True)

    return routes
