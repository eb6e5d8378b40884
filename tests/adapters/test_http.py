"""One HTTP exchange against a real socket that answers, trickles, hangs up or says nothing."""

import gzip
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from shared.adapters.http import Call, Http, Limits, NoAnswerError, NotSentError
from shared.domain.finding import Fault
from shared.errors import TransientError
from tests.adapters.netsuite_kit import Script, Ticking, answered
from tests.adapters.peer import Behaviour, Peer, hangs_up, http, keeps_silent, read_request, says
from tests.builders import NOW

SECRET = "s3cret"
QUICK = Limits(read=0.05)
LATER = NOW + 60_000


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def client(stack: ExitStack, limits: Limits | None = None, clock: Ticking | None = None) -> Http:
    session = stack.enter_context(requests.Session())
    return Http(session, clock or Ticking(), limits)


def test_an_answer_comes_whole(stack: ExitStack) -> None:
    """Status, headers in any case, media type without parameters, body."""
    body = b'{"a": 1}'
    reply = http(body, "Content-Type: Application/JSON; charset=utf-8", status="418 No")
    peer = stack.enter_context(Peer(says(reply)))
    answer = client(stack).send(Call(peer.url, form={"k": "v w"}, headers={"X-A": "b"}))
    assert (answer.status, answer.body) == (418, body)
    assert (answer.media, answer.is_json) == ("application/json", True)
    head, _, sent = peer.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /path HTTP/1.1")
    assert (b"\r\nX-A: b\r\n" in head, sent) == (True, b"k=v+w")


def test_a_body_can_be_sent_as_json(stack: ExitStack) -> None:
    """With its media type."""
    peer = stack.enter_context(Peer(says(http(b""))))
    client(stack).send(Call(peer.url, json={"a": [1]}))
    assert b"\r\nContent-Type: application/json" in peer.requests[0]
    assert peer.requests[0].endswith(b'{"a": [1]}')


def test_a_signature_is_made_anew_for_each_sending(stack: ExitStack) -> None:
    """The second try has its own, and it goes beside the other headers."""
    signatures = iter("12")
    peer = stack.enter_context(Peer(hangs_up, says(http(b"")), says(http(b""))))
    call = Call(peer.url, headers={"X-A": "b"}, signed=lambda: {"X-S": next(signatures)})
    client(stack).ask(call, LATER)
    first, second = peer.requests
    assert b"\r\nX-S: 1\r\n" in first
    assert b"\r\nX-S: 2\r\n" in second
    assert b"\r\nX-A: b\r\n" in second
    assert "X-S" not in repr(call)


def test_a_connection_is_used_again(stack: ExitStack) -> None:
    """A second call needs no second connection once the first answer was read whole."""

    def twice(connection: socket.socket) -> None:
        connection.sendall(http(b"one"))
        peer.requests.append(read_request(connection))
        connection.sendall(http(b"two"))

    peer = stack.enter_context(Peer(twice))
    sender = client(stack)
    bodies = [sender.send(Call(peer.url)).body for _ in range(2)]
    assert bodies == [b"one", b"two"]


def test_redirects_are_not_followed(stack: ExitStack) -> None:
    """The login in the headers goes to no other host."""
    reply = http(b"", "Location: http://127.0.0.1:1/", status="302 Found")
    peer = stack.enter_context(Peer(says(reply)))
    assert client(stack).send(Call(peer.url)).status == 302


def test_cookies_do_not_survive_a_call(stack: ExitStack) -> None:
    """One session serves many tenants of one host."""
    reply = http(b"", "Set-Cookie: session=theirs; Path=/", "Connection: close")
    peer = stack.enter_context(Peer(says(reply), says(reply)))
    sender = client(stack)
    for _ in range(2):
        sender.send(Call(peer.url))
    assert b"theirs" not in peer.requests[1]


def test_the_login_is_the_one_given(
    stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .netrc on the machine replaces no Authorization header."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    peer = stack.enter_context(Peer(says(http(b""))))
    client(stack).send(Call(peer.url, headers={"Authorization": "Bearer ours"}))
    assert b"\r\nAuthorization: Bearer ours\r\n" in peer.requests[0]


def test_compressed_bodies_are_read(stack: ExitStack) -> None:
    """As requests asks for them."""
    reply = http(gzip.compress(b"x" * 100_000), "Content-Encoding: gzip")
    peer = stack.enter_context(Peer(says(reply)))
    assert client(stack).send(Call(peer.url)).body == b"x" * 100_000


@pytest.mark.parametrize("compress", [False, True])
def test_a_body_has_a_largest_size(stack: ExitStack, compress: bool) -> None:
    """Counted after decompression, so that a small answer can't fill the memory."""
    body = b"x" * 200_000
    packed, header = (gzip.compress(body), "gzip") if compress else (body, "identity")
    peer = stack.enter_context(Peer(says(http(packed, f"Content-Encoding: {header}"))))
    with pytest.raises(NoAnswerError, match="more than 100000 bytes") as caught:
        client(stack, Limits(body=100_000)).send(Call(peer.url))
    assert caught.value.fault is Fault.UNREADABLE


@pytest.mark.parametrize(
    "reply",
    [
        http(b"0123456789")[:-1],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n01",
        http(b"not gzip at all", "Content-Encoding: gzip"),
    ],
    ids=["shorter than said", "chunks without end", "not what it says"],
)
def test_a_broken_body_is_no_answer(stack: ExitStack, reply: bytes) -> None:
    """What came of it is never taken for the whole."""
    peer = stack.enter_context(Peer(says(reply)))
    with pytest.raises(NoAnswerError) as caught:
        client(stack).send(Call(peer.url))
    assert caught.value.fault is Fault.UNREADABLE


@pytest.mark.parametrize(
    "behaviour",
    [hangs_up, keeps_silent, says(b"garbage\r\n\r\n"), says(http(b"ab")[:-1], b"")],
    ids=["hangs up", "says nothing", "no HTTP", "cut"],
)
def test_a_lost_answer_may_have_been_done(stack: ExitStack, behaviour: Behaviour) -> None:
    """The request was sent: whether it was done isn't known."""
    peer = stack.enter_context(Peer(behaviour))
    with pytest.raises(NoAnswerError):
        client(stack, QUICK).send(Call(peer.url))


def test_a_body_that_stops_coming_is_unreachable(stack: ExitStack) -> None:
    """The read timeout holds for each part of the body too."""

    def stops(connection: socket.socket) -> None:
        connection.sendall(http(b"0123456789")[:-5])
        keeps_silent(connection)

    peer = stack.enter_context(Peer(stops))
    with pytest.raises(NoAnswerError) as caught:
        client(stack, QUICK).send(Call(peer.url))
    assert caught.value.fault is Fault.UNREACHABLE


def test_a_refused_connection_was_not_sent(stack: ExitStack) -> None:
    """Nobody listens: nothing was done, and nothing secret is said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/path?key={SECRET}"
    with pytest.raises(NotSentError) as caught:
        client(stack).send(Call(url, headers={"A": SECRET}, form={"b": SECRET}))
    assert caught.value.fault is Fault.UNREACHABLE
    assert str(caught.value) == "POST 127.0.0.1/path: ConnectionError"


def _too_many(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.ConnectTimeout("late"), NotSentError),
        (_too_many(NewConnectionError(None, "no such host")), NotSentError),  # type: ignore[arg-type]
        (_too_many(SSLError(ssl.SSLCertVerificationError("unknown authority"))), NotSentError),
        (requests.exceptions.InvalidHeader(SECRET), NotSentError),
        (_too_many(SSLError(ssl.SSLError("bad record mac"))), NoAnswerError),
        (requests.ReadTimeout("late"), NoAnswerError),
        (requests.exceptions.ProxyError(SECRET), NoAnswerError),
        (requests.RequestException(), NoAnswerError),
    ],
)
def test_errors_tell_whether_it_was_sent(
    stack: ExitStack, error: Exception, kind: type[TransientError]
) -> None:
    """What isn't certain counts as sent; the words of an error are never repeated."""
    session = stack.enter_context(requests.Session())
    session.mount("https://", Script(error))
    with pytest.raises(kind) as caught:
        Http(session, Ticking()).send(Call("https://example.com/x"))
    assert str(caught.value) == f"POST example.com/x: {type(error).__name__}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_trickle_ends_in_time(stack: ExitStack) -> None:
    """The clock is looked at whenever something came, not only when a large part is full."""

    def trickles(connection: socket.socket) -> None:
        connection.sendall(http(b"x" * 1000)[:-999])
        keeps_silent(connection)

    peer = stack.enter_context(Peer(trickles))
    clock = Ticking(step=100)
    with pytest.raises(NoAnswerError, match="too slowly"):
        client(stack, clock=clock).send(Call(peer.url), ends_at=NOW + 150)


def test_nothing_is_sent_when_no_time_is_left(stack: ExitStack) -> None:
    """The end has passed."""
    with pytest.raises(NotSentError, match="no time"):
        client(stack).send(Call("http://127.0.0.1:1/"), ends_at=NOW)


@pytest.mark.parametrize(
    ("left", "timeouts"), [(None, (3, 10)), (60_000, (3, 10)), (5_000, (3, 5)), (50, (0.05, 0.05))]
)
def test_there_are_always_timeouts(
    stack: ExitStack, left: int | None, timeouts: tuple[float, float]
) -> None:
    """For connecting and for reading; the time that is left shortens them."""
    session = stack.enter_context(requests.Session())
    session.mount("https://", script := Script(answered()))
    ends_at = None if left is None else NOW + left
    Http(session, Ticking()).send(Call("https://example.com/"), ends_at)
    assert script.timeouts == [timeouts]


def test_a_failed_connection_is_tried_once_more(stack: ExitStack) -> None:
    """What may be done twice survives one dead connection."""
    peer = stack.enter_context(Peer(hangs_up, says(http(b"here"))))
    assert client(stack).ask(Call(peer.url), LATER).body == b"here"


def test_it_is_not_tried_a_third_time(stack: ExitStack) -> None:
    """Two failures are the answer."""
    peer = stack.enter_context(Peer(hangs_up, hangs_up, says(http(b"too late"))))
    with pytest.raises(NoAnswerError):
        client(stack).ask(Call(peer.url), LATER)
    assert len(peer.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "left"),
    [(hangs_up, 12_999), (says(http(b"0123456789")[:-1]), 60_000)],
    ids=["no time for a whole exchange", "an answer came"],
)
def test_it_is_not_always_tried_again(stack: ExitStack, behaviour: Behaviour, left: int) -> None:
    """Not without the time for it, nor when what came can't be read."""
    peer = stack.enter_context(Peer(behaviour, says(http(b"again"))))
    with pytest.raises(NoAnswerError):
        client(stack).ask(Call(peer.url), NOW + left)
    assert len(peer.requests) == 1


def test_secrets_do_not_show() -> None:
    """Neither a call nor an answer shows its values when printed."""
    call = Call("https://example.com/", headers={"A": SECRET}, form={"b": SECRET}, json=[SECRET])
    answer = answered(200, SECRET.encode(), A=SECRET)
    assert SECRET not in f"{call!r} {answer!r}"
