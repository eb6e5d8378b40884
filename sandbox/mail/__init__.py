"""A mail catcher: takes what SES v2 would send, and shows it."""

from sandbox.mail.app import create_app

__all__ = ["create_app"]
