"""The two jobs that read reports, as form fields (official; Reference, report exporter).

``reportIDList`` is one text with commas; ``template`` is a field of its own, outside of the JSON.
Without ``onFinish`` a job changes nothing, so it may be asked for twice.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from shared.adapters.expensify_read.lenient import Lenient

type Form = Mapping[str, str]


class Partner(Lenient):
    """Made at expensify.com/tools/integrations; acts with the rights of whoever made it."""

    partner_user_id: str = Field(min_length=1)
    partner_user_secret: str = Field(min_length=1, repr=False)


def export_job(partner: Partner, report_ids: Iterable[str], field: str | None = None) -> Form:
    """Is answered with the name of the file that holds the filled-in template."""
    job = {
        "type": "file",
        "credentials": partner.model_dump(by_alias=True),
        "onReceive": {"immediateResponse": ["returnRandomFileName"]},
        "inputSettings": {
            "type": "combinedReportData",
            "filters": {"reportIDList": ",".join(report_ids)},
        },
        "outputSettings": {"fileExtension": "json"},
    }
    return {"requestJobDescription": json.dumps(job), "template": template(field)}


def download_job(partner: Partner, file_name: str) -> Form:
    job = {
        "type": "download",
        "credentials": partner.model_dump(by_alias=True),
        "fileName": file_name,
        "fileSystem": "integrationServer",
    }
    return {"requestJobDescription": json.dumps(job)}


@cache
def template(field: str | None = None) -> str:
    """`field`: the report field to be read, too. Official as ``customField.<Report_Field_Name>``;
    how a blank in its name is spelt there is *unverified*, so both ways are tried.
    """
    names = dict.fromkeys((field, field.replace(" ", "_"))) if field else {}
    text = Path(__file__).with_name("template.ftl").read_text(encoding="utf-8")
    return text.replace('["PROJECT FIELD"]', json.dumps([*names], ensure_ascii=False))
