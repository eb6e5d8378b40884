"""SQS as it is: a standard queue that repeats and reorders, FIFO queues with one run per group."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.clock import SECOND, Millis
from shared.errors import RemediationError
from shared.ports import Reconciler
from tests.simulation.records import ViolationError
from tests.simulation.run import CrashError, Run, Stage

VISIBILITY: Millis = 360 * SECOND
DELAY: Millis = 3 * SECOND
RECEIVES = 5
"""As in the template: visibility and delay of the queues, and how often a message is tried."""


@dataclass(slots=True, eq=False)
class Message:
    """`sent_at` by the queue's clock, `truly_sent_at` by nobody's."""

    body: str
    sent_at: Millis
    truly_sent_at: Millis
    receives: int = 0


type Serve = Callable[[Run, Message], None]


class Invoker:
    """Starts functions, and notices how they end."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.ended: Callable[[Run, bool], None] = lambda _run, _well: None
        self.began: Callable[[Run], None] = lambda _run: None

    def start(
        self, when: Millis, function: str, key: str, body: Callable[[Run], None], then: "Then"
    ) -> None:
        """`then(began, well)` is called at the end of the run, whatever its end."""
        stage = self._stage
        stage.tally.runs += 1
        skew = stage.rng.randrange(-800, 800)
        run = Run(stage.tally.runs, function, key, when, skew)

        def whole() -> None:
            run.began = stage.now
            self.began(run)
            well = self._survives(run, body)
            then(run.began, well)
            self.ended(run, well)

        stage.loop.start(when, run, whole)

    def _survives(self, run: Run, body: Callable[[Run], None]) -> bool:
        try:
            body(run)
        except CrashError:
            return False
        except RemediationError as error:
            self._stage.say("fails", f"{type(error).__name__}: {error}")
            return False
        except Exception as error:
            raise ViolationError("bug", f"{type(error).__name__}: {error}") from error
        return True


type Then = Callable[[Millis, bool], None]


class StandardQueue:
    """At least once, in any order."""

    def __init__(self, stage: Stage, invoker: Invoker, serve: Serve) -> None:
        self._stage = stage
        self._invoker = invoker
        self._serve = serve
        self.outstanding: dict[str, int] = {}
        self.dead: list[Message] = []

    def send(self, body: str, key: str = "") -> None:
        stage = self._stage
        copies = 1 + stage.fault(stage.chances.queues, "an event is delivered twice")
        for _ in range(copies):
            message = Message(body, stage.foreign("queue", stage.now), stage.now)
            self.outstanding[key] = self.outstanding.get(key, 0) + 1
            most = 10 * SECOND if stage.chance(0.9) else 400 * SECOND
            self._deliver(message, key, stage.now + stage.rng.randrange(50, most))

    def _deliver(self, message: Message, key: str, when: Millis) -> None:
        def then(began: Millis, well: bool) -> None:
            message.receives += 1
            if well or message.receives >= RECEIVES:
                self.outstanding[key] -= 1
                if not well:
                    self.dead.append(message)
            else:
                self._deliver(message, key, began + VISIBILITY)

        self._invoker.start(when, "intake", key, lambda run: self._serve(run, message), then)


@dataclass(slots=True)
class _Group:
    messages: deque[Message] = field(default_factory=deque)
    busy: bool = False


class FifoQueue:
    """Per group in order and one at a time; a group whose run failed waits for the visibility
    timeout, as long as the message lives.
    """

    def __init__(self, stage: Stage, invoker: Invoker, name: Reconciler, serve: Serve) -> None:
        self._stage = stage
        self._invoker = invoker
        self._name = name
        self._serve = serve
        self.groups: dict[str, _Group] = {}
        self.dead: list[Message] = []
        self.one_at_a_time = True
        self.done: Callable[[str, str, Message], None] = lambda _name, _key, _message: None

    def send(self, key: str) -> None:
        group = self.groups.setdefault(key, _Group())
        now = self._stage.now
        message = Message(key, self._stage.foreign("queue", now), now)
        group.messages.append(message)
        self._next(key, group)

    def holds(self, key: str) -> bool:
        """Whether a message waits or is being served."""
        group = self.groups.get(key)
        return group is not None and (group.busy or bool(group.messages))

    def _next(self, key: str, group: _Group) -> None:
        if not group.messages or (group.busy and self.one_at_a_time):
            return
        message = group.messages.popleft()
        group.busy = True
        ready = max(self._stage.now, message.truly_sent_at + DELAY)
        self._deliver(key, group, message, ready + int(self._stage.rng.random() * 400))

    def _deliver(self, key: str, group: _Group, message: Message, when: Millis) -> None:
        def then(began: Millis, well: bool) -> None:
            message.receives += 1
            if not well and message.receives < RECEIVES:
                self._deliver(key, group, message, began + VISIBILITY)
                return
            if well:
                self.done(self._name, key, message)
            else:
                self.dead.append(message)
            group.busy = False
            self._next(key, group)

        self._invoker.start(when, self._name, key, lambda run: self._serve(run, message), then)
