"""What Expensify's official API tells of the workspaces of a credential, and of their tags."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """A workspace that the credential sees; `role` is its owner's there, such as 'admin'."""

    id: str
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """`level` is empty for a flat list. What isn't said to be disabled is enabled."""

    name: str
    enabled: bool = True
    level: str = ""
