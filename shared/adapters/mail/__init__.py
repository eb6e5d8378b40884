"""Notices as mails: rendering, and Amazon SES to send them."""

from shared.adapters.mail.channel import SesChannel
from shared.adapters.mail.render import Rendered, render

__all__ = ["Rendered", "SesChannel", "render"]
