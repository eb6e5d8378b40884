"""Runs in `.tools/netsuite_m2m`: PyPI's `netsuite-python` logs in, asks, reads, and tells.

`python use_netsuite_python.py BASE as-it-is|corrected`, settings as JSON on standard input. It knows
NetSuite's own hosts only, so they are led to the simulator beneath it.
"""

import json
import os
import sys
from typing import Any

import requests
from netsuite import Netsuite
from netsuite.storages import InMemoryStorage
from urllib3 import PoolManager

BASE, AUDIENCE = sys.argv[1:]
SETTINGS = {**json.load(sys.stdin), "STORAGE_CLASS": InMemoryStorage}
HOST = f"https://{SETTINGS['NETSUITE_APP_NAME']}.suitetalk.api.netsuite.com"


def led(url: str) -> str:
    assert url.startswith(f"{HOST}/"), url
    return BASE + url.removeprefix(HOST)


def lead() -> None:
    post, request = requests.post, PoolManager.request
    requests.post = lambda url, **options: post(led(url), timeout=10, **options)
    PoolManager.request = lambda self, method, url, **options: request(
        self, method, led(url), **options
    )


def main() -> None:
    lead()
    client: Any = Netsuite(SETTINGS)
    if AUDIENCE == "corrected":
        # A comma too many makes a tuple of it, and its text the assertion's `aud`.
        client.access_token_url = client.access_token_url[0]
    token = client.request_access_token()
    told: dict[str, Any] = {"token": token.access_token, "expires_in": token.expires_in}
    if token.access_token:
        told["rows"] = client.QUERY_CLIENT.query_api.execute_query(
            "SELECT id, entityid FROM job ORDER BY id", limit=2, offset=0
        )
        answer = client.REST_CLIENT.api_client.call_api(
            "/job/4711",
            "GET",
            auth_settings=["oAuth2ClientCredentials"],
            _return_http_data_only=True,
            _preload_content=False,
        )
        told["record"] = json.loads(answer.data)
    json.dump(told, sys.stdout)
    sys.stdout.flush()


main()
# The client's pool of threads may wait for itself for ever when Python ends.
os._exit(0)
