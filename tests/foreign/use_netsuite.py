"""Runs in `.tools/netsuite_tba`: PyPI's `netsuite` does what it is made for, and tells what it got.

`python use_netsuite.py BASE` (the simulator's account), keys as JSON on standard input.
"""

import asyncio
import json
import sys
from typing import Any

from netsuite import Config, NetSuite, TokenAuth
from netsuite.exceptions import NetsuiteAPIRequestError

ROWS = "SELECT id, entityid, isinactive FROM job ORDER BY id"
BOUND = "SELECT id FROM job WHERE entityid = ?"


class Told:
    def __init__(self, base: str, keys: dict[str, str]) -> None:
        auth = TokenAuth(**{key: keys[key] for key in keys if key != "account"})
        self.base = base
        self.rest = NetSuite(Config(account=keys["account"], auth=auth)).rest_api

    async def suiteql(self, query: str, **options: Any) -> Any:
        url = f"{self.base}/services/rest/query/v1/suiteql"
        return await self._answer(self.rest.suiteql(query, url=url, **options))

    async def record(self, path: str) -> Any:
        url = f"{self.base}/services/rest/record/v1/{path}"
        return await self._answer(self.rest.get("", url=url))

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        url = f"{self.base}/services/rest/record/v1/{path}"
        return await self._answer(self.rest.patch("", url=url, json=body))

    async def _answer(self, call: Any) -> Any:
        try:
            return await call
        except NetsuiteAPIRequestError as error:
            return {"status": error.status_code, "error": json.loads(error.response_text)}


async def main() -> None:
    told = Told(sys.argv[1], json.load(sys.stdin))
    answers = {
        "page": await told.suiteql(ROWS, limit=2, offset=0),
        "next": await told.suiteql(ROWS, limit=2, offset=2),
        "wrong_offset": await told.suiteql(ROWS, limit=2, offset=1),
        "bound": await told.suiteql(BOUND, json={"params": ["P-4711"]}),
        "unknown": await told.suiteql("SELECT nothing FROM job"),
        "record": await told.record("job/4711"),
        "fields": await told.record("job/4711?fields=isInactive"),
        "absent": await told.record("job/999999"),
        "misspelt": await told.patch("job/4711", {"isInactiv": False}),
        "patched": await told.patch("job/4711", {"isInactive": False}),
        "after": await told.record("job/4711?fields=isInactive"),
    }
    json.dump(answers, sys.stdout)


asyncio.run(main())
