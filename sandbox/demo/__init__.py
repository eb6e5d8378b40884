"""One whole story, played and told: three reports, one closed project."""

from sandbox.demo.story import play

__all__ = ["play"]
