"""The inbox for people: a list, and each mail with its headers, as HTML and as text."""

from flask import Blueprint, Response, abort, render_template

from sandbox.mail.mailbox import Mailbox

# The mail's frame inherits this policy, so nothing in a mail is loaded or run.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def blueprint(mailbox: Mailbox) -> Blueprint:
    routes = Blueprint("pages", __name__, template_folder="templates")

    @routes.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    @routes.get("/")
    def inbox() -> str:
        return render_template("inbox.html", messages=mailbox.messages()[::-1])

    @routes.get("/inbox/<message_id>")
    def mail(message_id: str) -> str:
        found = mailbox.find(message_id) or abort(404)
        return render_template("mail.html", message=found, mail=found.draft)

    return routes
