"""Virtual time, and activities that are interleaved wherever their calls overlap in it.

Only one activity runs at any moment, so everything is deterministic. A call that takes virtual
time lets everything else happen that falls into it; when that is the work of another activity,
this one is suspended on its own thread. Threads are only used as coroutines.
"""

import heapq
import threading
from collections.abc import Callable
from enum import IntEnum

type Act = Callable[[], None]


class _Kind(IntEnum):
    ACT = 0
    START = 1
    RESUME = 2


class _EndedError(BaseException):
    """Unwinds a suspended activity when the simulation is over."""


class _Seat:
    """A thread's place to wait for its turn."""

    __slots__ = ("job", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lock.acquire()
        self.job: Callable[[_Seat], None] | None = None


class Activity:
    """Something that takes virtual time: one run of a function."""

    __slots__ = ("seat",)

    def __init__(self) -> None:
        self.seat: _Seat | None = None


_idle: list[_Seat] = []


def _work(seat: _Seat) -> None:
    while True:
        seat.lock.acquire()
        if seat.job:
            seat.job(seat)


def _free_seat() -> _Seat:
    if _idle:
        return _idle.pop()
    seat = _Seat()
    threading.Thread(target=_work, args=(seat,), daemon=True).start()
    return seat


class Loop[A: Activity]:
    """The one clock, in milliseconds, and everything that is still to happen."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.active: A | None = None
        self._heap: list[tuple[int, int, _Kind, Act | tuple[A, Act] | A]] = []
        self._count = 0
        self._until = now
        self._suspended = 0
        self._error: BaseException | None = None
        self._main = _Seat()
        self._waiting: list[_Seat] = []

    def at(self, when: int, act: Act) -> None:
        """Something that takes no time."""
        self._push(max(when, self.now), _Kind.ACT, act)

    def start(self, when: int, activity: A, body: Act) -> None:
        """Something that takes time: `body` may pause."""
        self._push(max(when, self.now), _Kind.START, (activity, body))

    def pause(self, length: int) -> None:
        """Let virtual time pass in the active activity, and whatever falls into it happen."""
        until = self.now + length
        if not self._heap or self._heap[0][0] > until:
            self.now = until
            return
        me = self.active
        if me is None:
            raise RuntimeError("only an activity takes time")
        self._push(until, _Kind.RESUME, me)
        self._suspended += 1
        self._drive(me, me.seat or self._main)
        self._suspended -= 1
        self.active = me

    def play(self, until: int) -> None:
        """Everything up to `until`, and then what is under way to its end. Raises what it raised."""
        self._until = until
        try:
            self._drive(None, self._main)
        except _EndedError:
            self._unwind()
        if self._error is not None:
            raise self._error
        self.now = max(self.now, until)

    def _push(self, when: int, kind: _Kind, what: Act | tuple[A, Act] | A) -> None:
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, kind, what))

    def _over(self) -> bool:
        return not self._suspended and (not self._heap or self._heap[0][0] > self._until)

    def _drive(self, me: A | None, seat: _Seat) -> None:
        """Make things happen until it is this activity's turn, or (None) until all is over."""
        while self._error is None:
            if me is None and self._over():
                self._leave(seat)
                return
            when, _, kind, what = heapq.heappop(self._heap)
            self.now = max(self.now, when)
            if kind is _Kind.RESUME:
                if what is me:
                    return
                other: _Seat = what.seat or self._main  # type: ignore[union-attr]
                if self._hand_over(other, seat, me):
                    return
            elif kind is _Kind.START and self._suspended:
                if self._hand_over(self._seated(what), seat, me):  # type: ignore[arg-type]
                    return
            else:
                self._do(kind, what, seat)
        raise _EndedError

    def _leave(self, seat: _Seat) -> None:
        """All is over: the main thread goes on."""
        if seat is not self._main:
            _idle.append(seat)
            self._waiting.remove(self._main)
            self._main.lock.release()

    def _hand_over(self, other: _Seat, seat: _Seat, me: A | None) -> bool:
        """Give the turn away. True when this thread's part is done, or its turn has come."""
        if me is None and seat is not self._main:
            _idle.append(seat)
            self._release(other)
            return True
        self._waiting.append(seat)
        self._release(other)
        seat.lock.acquire()
        if self._error is not None:
            raise _EndedError
        return True

    def _release(self, other: _Seat) -> None:
        if other in self._waiting:
            self._waiting.remove(other)
        other.lock.release()

    def _seated(self, what: tuple[A, Act]) -> _Seat:
        seat = _free_seat()
        activity, body = what

        def job(seat: _Seat) -> None:
            try:
                self._begin(activity, body, seat)
                self._drive(None, seat)
            except _EndedError:
                _idle.append(seat)
                self._release(next(s for s in reversed(self._ordered()) if s is not seat))

        seat.job = job
        return seat

    def _do(self, kind: _Kind, what: object, seat: _Seat) -> None:
        try:
            if kind is _Kind.ACT:
                before, self.active = self.active, None
                what()  # type: ignore[operator]
                self.active = before
            else:
                self._start(what, seat)  # type: ignore[arg-type]
        except _EndedError:
            raise
        except BaseException as error:  # noqa: BLE001 -- raised again by `play`
            self._error = self._error or error

    def _start(self, what: tuple[A, Act], seat: _Seat) -> None:
        self._begin(*what, seat)

    def _begin(self, activity: A, body: Act, seat: _Seat) -> None:
        activity.seat = seat
        self.active = activity
        try:
            body()
        except _EndedError:
            raise
        except BaseException as error:
            self._error = self._error or error
            raise _EndedError from error
        finally:
            self.active = None

    def _ordered(self) -> list[_Seat]:
        """Everybody who waits, the main thread first, so that it is taken last."""
        return sorted(self._waiting, key=lambda seat: seat is not self._main)

    def _unwind(self) -> None:
        while self._waiting:
            other = self._ordered()[-1]
            self._waiting.remove(other)
            self._waiting.append(self._main)
            other.lock.release()
            self._main.lock.acquire()
            if self._main in self._waiting:
                self._waiting.remove(self._main)
