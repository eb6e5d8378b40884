"""One sync of one workspace with NetSuite, stage by stage.

Stage names: App CONST.POLICY.CONNECTIONS.SYNC_STAGE_NAME. Their order and shares of the time are
*unverified*; what matters is that the import reads NetSuite near the beginning, so that a change
during the sync isn't in it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.expensify.line import Job, Step, Work
from sandbox.expensify.models import Connection, LastSync, Progress
from sandbox.expensify.world import NetSuiteUnreachableError, Project, Workspace

# App src/languages/en.ts.
INVALID_CREDENTIALS = "Invalid credentials, please check the configuration of your connection."
# How an answer tells that nobody could reach NetSuite: App src/languages/en.ts.
UNREACHABLE = "Can't connect to NetSuite"
FIRST_STAGE = "netSuiteSyncConnection"
IMPORT_STAGE = "netSuiteSyncCustomers"
DONE = "jobDone"

_IMPORT_AT = 0.2
_LATER_STAGES = (
    (0.5, "netSuiteSyncTags"),
    (0.7, "netSuiteSyncData"),
    (0.9, "netSuiteSyncUpdateConnectionData"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """``source``: NEWEXPENSIFY, EXPENSIFYWEB, AUTOSYNC (App Policy.ts). The others are faults.
    ``unauthorized``: NetSuite refuses Expensify's login. ``silent``: its last stage is lost, as it is from time to time (App PR #46671).
    ``seconds``: how long this one takes, if not as long as the others; one of NetSuite's was seen to take 14 minutes (App #42356).
    """

    source: str
    fails: str | None = None
    stuck: bool = False
    silent: bool = False
    unauthorized: bool = False
    seconds: float | None = None


class Sync:
    """``after`` is called once it ended well."""

    def __init__(
        self,
        workspace: Workspace,
        connection: Connection,
        projects: Callable[[str], tuple[Project, ...]],
        wish: Wish,
        after: Work,
    ) -> None:
        self._workspace = workspace
        self._connection = connection
        self._projects = projects
        self._wish = wish
        self._after = after
        self._read: tuple[Project, ...] | None = None
        self._read_at = 0.0

    def job(self, now: float) -> Job:
        return Job("sync", now, tuple(self._steps()))

    def _steps(self) -> list[Step]:
        seconds = self._wish.seconds or self._workspace.sync_seconds
        begin = [
            Step(0, self._stage(FIRST_STAGE)),
            Step(seconds * _IMPORT_AT, self._import),
        ]
        if self._wish.stuck:
            # Unverified: that Expensify itself gives up when its app stops showing the progress.
            return [*begin, Step(self._workspace.sync_timeout_seconds, self._abandon)]
        later = [Step(seconds * share, self._stage(name)) for share, name in _LATER_STAGES]
        return [*begin, *later, Step(seconds, self._finish)]

    def _stage(self, name: str) -> Work:
        def work(at: float) -> None:
            self._connection.progress = Progress(name, at)

        return work

    def _import(self, at: float) -> None:
        self._connection.progress = Progress(IMPORT_STAGE, at)
        self._read_at = at
        try:
            self._read = self._projects(self._workspace.account)
        except NetSuiteUnreachableError:
            self._read = None

    def _finish(self, at: float) -> None:
        if not self._wish.silent:
            self._connection.progress = Progress(DONE, at)
        if self._wish.fails is not None or self._read is None:
            self._fail(at, self._wish.fails or UNREACHABLE)
            return
        self._connection.snapshot, self._connection.snapshot_at = self._read, self._read_at
        self._connection.last_sync = LastSync(True, at, self._wish.source)
        self._connection.succeeded_at = at
        self._after(at)

    def _fail(self, at: float, error: str) -> None:
        refused = self._wish.unauthorized
        self._connection.last_sync = LastSync(False, at, self._wish.source, error, refused)
        self._connection.failed_at = at

    def _abandon(self, _at: float) -> None:
        self._connection.progress = None
