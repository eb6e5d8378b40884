"""All settings files together: each by itself, and those that name one another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from operate.files import File
from operate.problem import Problem
from operate.sheet import Sheet, sheet_of
from shared.adapters.table.keys import account_settings_key, workspace_settings_key
from shared.contracts.settings import WebhookKeySettings, WorkspaceSettings


@dataclass(frozen=True, slots=True)
class Checked:
    sheets: tuple[Sheet, ...]

    @property
    def good(self) -> tuple[Sheet, ...]:
        return tuple(sheet for sheet in self.sheets if not sheet.problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted(p for sheet in self.sheets for p in sheet.problems))

    @property
    def named(self) -> frozenset[str]:
        """What any file is about, be it broken."""
        return frozenset(sheet.names for sheet in self.sheets if sheet.names)


def check(files: Iterable[File]) -> Checked:
    sheets = tuple(sheet_of(file) for file in files)
    return Checked(tuple(_with(sheet, *_doubts(sheet, sheets)) for sheet in sheets))


def _doubts(sheet: Sheet, sheets: tuple[Sheet, ...]) -> Iterable[Problem]:
    same = _files_by_name(sheets)[sheet.names] if sheet.names else []
    for other in same:
        if other != sheet.file:
            yield Problem(sheet.file, "", f"is about the same as {other}; one of them must go")
    match sheet.settings:
        case WorkspaceSettings():
            if not _has_account(sheet.settings.account_id, sheets):
                yield Problem(sheet.file, "account_id", "no file is about this NetSuite account")
        case WebhookKeySettings():
            yield from _doubts_of_key(sheet.file, sheet.settings, sheets)


def _doubts_of_key(
    file: str, key: WebhookKeySettings, sheets: tuple[Sheet, ...]
) -> Iterable[Problem]:
    for at, account_id in enumerate(key.accounts):
        if not _has_account(account_id, sheets):
            yield Problem(file, f"accounts.{at}", "no file is about this NetSuite account")
    for at, workspace_id in enumerate(key.workspaces):
        if not _has(workspace_settings_key(workspace_id), sheets):
            yield Problem(file, f"workspaces.{at}", "no file is about this workspace")


def _has_account(account_id: str, sheets: tuple[Sheet, ...]) -> bool:
    return _has(account_settings_key(account_id), sheets)


def _has(key: Mapping[str, str], sheets: tuple[Sheet, ...]) -> bool:
    """A file that says nothing of what it is about may be the one."""
    return any(sheet.names in {key["sk"], ""} for sheet in sheets)


def _files_by_name(sheets: tuple[Sheet, ...]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = defaultdict(list)
    for sheet in sheets:
        files[sheet.names].append(sheet.file)
    return files


def _with(sheet: Sheet, *problems: Problem) -> Sheet:
    return replace(sheet, problems=(*sheet.problems, *problems))
