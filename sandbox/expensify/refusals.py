"""Why NetSuite, or Expensify itself, refuses an export; the texts as people see them."""

from collections.abc import Iterable

from sandbox.expensify.labels import find
from sandbox.expensify.models import Posting, Report
from sandbox.expensify.world import Project, Workspace

# Help, NS0034-*.md.
ALREADY_EXPORTED = (
    "NS0034 Export Error: This record already exists. Please search for the report ID in "
    "NetSuite, delete the entry, and reexport from Expensify."
)
# Help, NS0029-*.md; its cause is named as the connection between workspace and NetSuite.
NETSUITE_UNREACHABLE = "NS0029 Export Error: Unable to export this report due to an error."
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
# Unverified: the rule is published (Help, NetSuite FAQ), a text is not.
NOT_APPROVED = "Only approved, done, or paid reports can be exported."


def project_inactive(label: str) -> str:
    """Help, NS0770-*.md, with its curly apostrophe. That the brackets are kept is unverified."""
    return (
        f"NS0770 Export Error: Project [{label}] is not active and can{_APOSTROPHE}t accept "
        f"expenses. Please update the project tag."
    )


def refusals(
    report: Report,
    workspace: Workspace,
    imported: Iterable[Project],
    live: Iterable[Project],
    postings: Iterable[Posting],
) -> list[str]:
    """One text per failing project. Empty: NetSuite takes the report."""
    if not report.exportable:
        return [NOT_APPROVED]
    if workspace.ns_duplicate_check and any(p.report_id == report.id for p in postings):
        return [ALREADY_EXPORTED]
    imported, live = list(imported), list(live)
    return [project_inactive(x) for x in report.labels if not _accepted(x, imported, live)]


def first_inactive(report: Report, imported: Iterable[Project]) -> str:
    """The label to blame for a failure that is told, not acted."""
    known = list(imported)
    blamed = [label for label in report.labels if not _accepted(label, known, known)]
    return next(iter(blamed or report.labels), "")


def _accepted(label: str, imported: list[Project], live: list[Project]) -> bool:
    """Active at the last sync, and still so in NetSuite; an ambiguous label needs both of all."""
    meant = find(label, imported)
    active_now = {project.id for project in live if project.accepts_expenses}
    return bool(meant) and all(p.accepts_expenses and p.id in active_now for p in meant)
