"""Which project a label names, said by a person: checked, written, and looked at at once."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.contracts.settings import WorkspaceSettings
from shared.domain.blocker import Label
from shared.domain.clock import Millis
from shared.domain.finding import Match
from shared.domain.folding import fold
from shared.domain.identity import Alias
from shared.ports import Accounts, Reconciler, Rows, Settings

_PROJECT = re.compile("[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class Aliases:
    """`who` chooses."""

    accounts: Accounts
    settings: Settings
    rows: Rows
    who: str
    clock: Callable[[], Millis]
    say: Callable[[str], None]

    def choose(self, workspace_id: str, text: str, project_id: str, *, anyway: bool) -> bool:
        """Whether it was written. `anyway`: though it is none of those that the label can mean."""
        settings = self._workspace(workspace_id)
        label = settings and self._label(settings, text)
        if not settings or not label:
            return False
        if not _PROJECT.fullmatch(project_id):
            self.say(f"'{project_id}' isn't a project's internal ID in NetSuite, which is a number")
            return False
        if not anyway and not self._fits(label, project_id):
            return False
        alias = Alias(workspace_id, label.text, project_id, self.who, self.clock())
        self.accounts.put_alias(alias)
        self._have_looked_at(settings, label.text)
        self.say(f"'{label.text}' is {self._named(settings, project_id)} from now on")
        return True

    def remove(self, workspace_id: str, text: str) -> bool:
        """Whether there was one; the label's name is matched again."""
        settings = self._workspace(workspace_id)
        if not settings:
            return False
        chosen = [alias.text for alias in self.accounts.aliases(workspace_id)]
        found = _meant(text, chosen)
        if not found:
            self.say(f"nobody chose a project for '{text}'; chosen are: {_listed(chosen)}")
            return False
        self.accounts.drop_alias(workspace_id, found)
        self._have_looked_at(settings, found)
        self.say(f"'{found}' is matched by its name again")
        return True

    def show(self, workspace_id: str) -> bool:
        """What was chosen, and what still waits for a choice."""
        settings = self._workspace(workspace_id)
        if not settings:
            return False
        for alias in self.accounts.aliases(workspace_id):
            what = self._named(settings, alias.project_id)
            self.say(f"'{alias.text}' is {what}, chosen by {alias.by}")
        for label in self.accounts.labels(settings.account_id, workspace_id):
            if label.resolution.match in {Match.AMBIGUOUS, Match.NOT_FOUND}:
                self.say(f"'{label.text}' is {_WORDS[label.resolution.match]}")
                self._say_candidates(label)
        return True

    def _workspace(self, workspace_id: str) -> WorkspaceSettings | None:
        """Raises SettingsError."""
        settings = self.settings.workspace(workspace_id)
        if settings is None:
            self.say(f"no settings name the workspace {workspace_id}")
        return settings

    def _label(self, settings: WorkspaceSettings, text: str) -> Label | None:
        labels = self.accounts.labels(settings.account_id, settings.workspace_id)
        by_text = {label.text: label for label in labels}
        found = _meant(text, by_text)
        if not found:
            self.say(f"no report carries just '{text}'; there are: {_listed(by_text)}")
        return by_text.get(found)

    def _fits(self, label: Label, project_id: str) -> bool:
        """Where nothing was found, NetSuite's next answer says whether the project is there."""
        ambiguous = label.resolution.match is Match.AMBIGUOUS
        if not ambiguous or project_id in label.resolution.candidates:
            return True
        self.say(f"{project_id} is none of those that '{label.text}' can mean (ANYWAY=1 insists):")
        self._say_candidates(label)
        return False

    def _say_candidates(self, label: Label) -> None:
        for candidate in label.resolution.details:
            self.say(f"  {candidate.line}")

    def _named(self, settings: WorkspaceSettings, project_id: str) -> str:
        blockers = self.accounts.blockers(settings.account_id)
        known = {b.project_id: f", {b.name} ({b.status})" for b in blockers}
        return f"project {project_id}{known.get(project_id, '')}"

    def _have_looked_at(self, settings: WorkspaceSettings, text: str) -> None:
        """After the choice is written, so that the look that answers this has read it.

        Nothing is exported any more by what the label was taken for until now.
        """
        now, account_id = self.clock(), settings.account_id
        until = now + settings.rules(acts=True).wanted_for
        self.accounts.ask_anew(account_id, settings.workspace_id, text, until)
        self.rows.pull(Reconciler.WATCH, account_id, now)


_WORDS = {Match.AMBIGUOUS: "one of several projects", Match.NOT_FOUND: "no project that is found"}


def _meant(text: str, known: Iterable[str]) -> str:
    """That very text, or the only one that differs in blanks and letter case; empty if none."""
    texts = list(known)
    if text in texts:
        return text
    alike = [each for each in texts if fold(each) == fold(text)]
    return alike[0] if len(alike) == 1 else ""


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in sorted(texts)) or "none"
