"""What the two functions that leave AWS share: secrets and one HTTP session."""

from functools import cache

import requests

from shared.adapters.secrets import SecretsManager
from shared.bootstrap.common import client, clock


@cache
def secrets() -> SecretsManager:
    return SecretsManager(client("secretsmanager"), clock)


@cache
def session() -> requests.Session:
    return requests.Session()
