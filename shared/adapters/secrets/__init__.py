"""The tenants' secrets."""

from shared.adapters.secrets.secrets_manager import SecretsManager

__all__ = ["SecretsManager"]
