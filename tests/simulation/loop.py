"""Virtual time, and activities that are interleaved wherever their calls overlap in it.

Only one activity runs at any moment, so everything is deterministic. A call that takes virtual
time lets everything else happen that falls into it: the activity is a coroutine (a greenlet, so
that the code which it runs needn't know), and gives way to the loop until its time has come.
"""

import heapq
from collections.abc import Callable

from greenlet import getcurrent, greenlet

type Act = Callable[[], None]


class Activity:
    """Something that takes virtual time: one run of a function."""

    __slots__ = ()


class Loop[A: Activity]:
    """The one clock, in milliseconds, and everything that is still to happen.

    `active`: whose code is running; None while something happens that takes no time.
    """

    def __init__(self, now: int) -> None:
        self.now = now
        self.active: A | None = None
        self._heap: list[tuple[int, int, Act]] = []
        self._count = 0
        self._suspended: set[greenlet] = set()
        self._idle: list[greenlet] = []

    def at(self, when: int, act: Act) -> None:
        """Something that takes no time."""
        self._count += 1
        heapq.heappush(self._heap, (max(when, self.now), self._count, act))

    def start(self, when: int, activity: A, body: Act) -> None:
        """Something that takes time: `body` may pause."""

        def begin() -> None:
            self.active = activity
            (self._idle.pop() if self._idle else greenlet(self._work)).switch(body)
            self.active = None

        self.at(when, begin)

    def _work(self, body: Act) -> None:
        """One body after the other: a new greenlet for each takes longer than most of them."""
        me = getcurrent()
        while True:
            body()
            self._idle.append(me)
            body = me.parent.switch()

    def pause(self, length: int) -> None:
        """Let virtual time pass in the active activity, and whatever falls into it happen."""
        until = self.now + length
        if not self._heap or self._heap[0][0] > until:
            self.now = until
            return
        activity, me = self.active, getcurrent()
        if activity is None or me.parent is None:
            raise RuntimeError("only an activity takes time")

        def resume() -> None:
            self._suspended.remove(me)
            self.active = activity
            me.switch()
            self.active = None

        self.at(until, resume)
        self._suspended.add(me)
        me.parent.switch()

    def play(self, until: int) -> None:
        """Everything up to `until`, and then what is under way to its end. Raises what it raised;
        what was under way is abandoned then.
        """
        heap = self._heap
        try:
            while self._suspended or (heap and heap[0][0] <= until):
                when, _, act = heapq.heappop(heap)
                self.now = max(self.now, when)
                act()
        except BaseException:
            for suspended in self._suspended:
                suspended.throw()
            raise
        finally:
            while self._idle:  # nobody else would ever collect them
                self._idle.pop().throw()
        self.now = max(self.now, until)
