"""The caught mails as JSON.

- ``GET /messages``: in the order of arrival; ``?to=`` an address that may stand in to, cc or bcc
- ``GET /messages/{id}``, by the id that SES answered
- ``DELETE /messages``
"""

from flask import Blueprint, Response, abort, jsonify, request

from sandbox.mail.mailbox import Mailbox


def blueprint(mailbox: Mailbox) -> Blueprint:
    routes = Blueprint("messages", __name__, url_prefix="/messages")

    @routes.get("")
    def messages() -> Response:
        found = mailbox.messages(request.args.get("to"))
        return jsonify([message.to_json() for message in found])

    @routes.get("/<message_id>")
    def message(message_id: str) -> Response:
        found = mailbox.find(message_id)
        return jsonify(found.to_json()) if found else abort(404)

    @routes.delete("")
    def clear() -> tuple[str, int]:
        mailbox.clear()
        return "", 204

    return routes
