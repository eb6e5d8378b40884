"""How the stand-alone simulator asks the NetSuite simulator for an account's projects, and posts."""

from typing import Any

import requests

from sandbox.expensify.exporting import Poster, record_of
from sandbox.expensify.models import Posting
from sandbox.expensify.world import NetSuiteUnreachableError, ProjectSource, Workspace

_TIMEOUT_SECONDS = 5


def projects_of(netsuite_url: str) -> ProjectSource:
    def projects(account: str) -> list[dict[str, Any]]:
        try:
            response = requests.get(
                f"{netsuite_url.rstrip('/')}/_control/projects",
                params={"account": account},
                timeout=_TIMEOUT_SECONDS,
            )
            response.raise_for_status()
            rows = response.json()
        except requests.RequestException as error:
            raise NetSuiteUnreachableError(str(error)) from error
        if not isinstance(rows, list):
            raise NetSuiteUnreachableError("NetSuite didn't answer with a list")
        return rows

    return projects


def poster_to(netsuite_url: str) -> Poster:
    def post(posting: Posting, workspace: Workspace) -> None:
        where = f"{netsuite_url.rstrip('/')}/_control/accounts/{posting.account}/transactions"
        try:
            response = requests.put(
                f"{where}/{posting.id}",
                json=record_of(posting, workspace),
                timeout=_TIMEOUT_SECONDS,
            )
            response.raise_for_status()
        except requests.RequestException as error:
            raise NetSuiteUnreachableError(str(error)) from error

    return post
