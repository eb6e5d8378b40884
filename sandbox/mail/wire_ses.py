"""SES v2's SendEmail over HTTP, with its error shape."""

import uuid

from flask import Blueprint, Response, jsonify, request

from sandbox.faults import drop_connection
from sandbox.mail.errors import SesError
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.send_email import read


def blueprint(mailbox: Mailbox) -> Blueprint:
    routes = Blueprint("ses", __name__)
    routes.register_error_handler(SesError, _refusal)

    @routes.post("/v2/email/outbound-emails")
    def send_email() -> Response:
        mailbox.throttle()
        message = mailbox.take(read(request.get_data()))
        if mailbox.faults.lost_answer:
            drop_connection(request.environ)
        return jsonify(MessageId=message.id)

    @routes.after_request
    def number(response: Response) -> Response:
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        return response

    return routes


def _refusal(error: SesError) -> tuple[Response, int, dict[str, str]]:
    code = type(error).__name__
    return jsonify(message=str(error)), error.status, {"x-amzn-ErrorType": code}
