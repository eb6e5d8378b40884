"""The jobs that read, as form fields (official; Reference).

``reportIDList`` is one text with commas; ``template`` is a field of its own, outside of the JSON.
Without ``onFinish`` a job changes nothing, so it may be asked for twice.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from shared.adapters.expensify_read.lenient import Lenient
from shared.domain.span import Span, date_text

type Form = Mapping[str, str]


_EXPORTABLE = "APPROVED,REIMBURSED,ARCHIVED"
"""'Only Approved, Done, or Paid reports can be exported' (NetSuite FAQ of Expensify's help)."""


class Partner(Lenient):
    """Made at expensify.com/tools/integrations; acts with the rights of whoever made it."""

    partner_user_id: str = Field(min_length=1)
    partner_user_secret: str = Field(min_length=1, repr=False)


def export_job(partner: Partner, report_ids: Iterable[str], field: str | None = None) -> Form:
    """Is answered with the name of the file that holds the filled-in template."""
    settings = {"filters": {"reportIDList": ",".join(report_ids)}}
    return _file_job(partner, settings, template(field) if field else template())


def search_job(
    partner: Partner, policy_ids: Iterable[str], span: Span, fields: Iterable[str] = ()
) -> Form:
    """As `export_job`, for all reports of a span that may be exported.

    ``policyIDList`` and ``reportState`` are texts with commas here. An anchor more than a year ago
    needs an ``endDate`` at most a year after it.
    """
    filters = {
        "policyIDList": ",".join(policy_ids),
        "approvedAfter" if span.approved else "startDate": date_text(span.first),
    }
    if span.last is not None:
        filters["endDate"] = date_text(span.last)
    settings = {"reportState": _EXPORTABLE, "filters": filters}
    return _file_job(partner, settings, template(*fields))


def policy_list_job(partner: Partner) -> Form:
    """All workspaces that the credential sees."""
    return _get_job(partner, {"type": "policyList"})


def tags_job(partner: Partner, policy_ids: Iterable[str]) -> Form:
    """``policyIDList`` is a list here."""
    return _get_job(
        partner, {"type": "policy", "fields": ["tags"], "policyIDList": list(policy_ids)}
    )


def _get_job(partner: Partner, settings: Mapping[str, object]) -> Form:
    job = {
        "type": "get",
        "credentials": partner.model_dump(by_alias=True),
        "inputSettings": dict(settings),
    }
    return {"requestJobDescription": json.dumps(job)}


def _file_job(partner: Partner, settings: Mapping[str, object], filled: str) -> Form:
    job = {
        "type": "file",
        "credentials": partner.model_dump(by_alias=True),
        "onReceive": {"immediateResponse": ["returnRandomFileName"]},
        "inputSettings": {"type": "combinedReportData", **settings},
        "outputSettings": {"fileExtension": "json"},
    }
    return {"requestJobDescription": json.dumps(job), "template": filled}


def download_job(partner: Partner, file_name: str) -> Form:
    job = {
        "type": "download",
        "credentials": partner.model_dump(by_alias=True),
        "fileName": file_name,
        "fileSystem": "integrationServer",
    }
    return {"requestJobDescription": json.dumps(job)}


@cache
def template(*fields: str) -> str:
    """`fields`: report fields to be read, too. Official as ``customField.<Report_Field_Name>``; how a
    blank in such a name is spelt there is *unverified*, so both ways are tried.
    """
    names = dict.fromkeys(name for field in fields for name in (field, field.replace(" ", "_")))
    text = Path(__file__).with_name("template.ftl").read_text(encoding="utf-8")
    return text.replace('["PROJECT FIELD"]', json.dumps([*names], ensure_ascii=False))
