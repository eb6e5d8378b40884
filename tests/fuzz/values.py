"""What the world may send: good bodies with a part of them broken, and nonsense."""

import copy
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from shared.adapters.http import Answer
from shared.errors import RemediationError
from tests.adapters.netsuite_kit import answered

FUZZ = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "120")), deadline=None)
"""`make fuzz` takes more of them."""

type Path = tuple[str | int, ...]

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "0", "1", "-1", "T", "F", "true", "null", "NS0770", "\ud800", "\x00", "٣"]
    ),
    st.sampled_from(["1e400", "9" * 40, "2026-01-01T10:00:00Z", "0001-01-01", "ﬀ", "İ", "200"]),
)
NUMBERS = st.one_of(
    st.integers(),
    st.integers(0, 9),
    st.floats(),
    st.sampled_from([10**400, -(10**400), 2**63, 1e308, float("nan"), float("inf"), -0.0]),
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
STATUSES = st.sampled_from(
    [
        *(200, 200, 200, 200, 201, 204, 207, 301, 400, 401, 403, 404, 407, 408, 411, 426, 429),
        *(451, 500, 502, 503, 504, 520, 666),
    ]
)
MEDIA = st.sampled_from(
    ["application/json", "text/plain;charset=utf-8", "text/html", "", "application/x+json;a=b"]
)


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Of every part of a JSON value, itself first."""
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*at, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from paths(inner, (*at, place))


@st.composite
def damaged(draw: st.DrawFn, *samples: Any, most: int = 3) -> Any:
    """One of the samples, in which up to so many parts are left out, doubled, or anything else."""
    whole: Any = {"": copy.deepcopy(draw(st.sampled_from(samples)))}
    for _ in range(draw(st.integers(0, most))):
        places = [path for path in paths(whole) if path]
        if not places:
            return None
        *above, last = draw(st.sampled_from(places))
        part = whole
        for key in above:
            part = part[key]
        _damage(draw, part, last)
    return whole.get("")


def _damage(draw: st.DrawFn, part: Any, key: str | int) -> None:
    match draw(st.integers(0, 4)):
        case 0:
            del part[key]
        case 1:
            part[key] = draw(JUNK)
        case 2:
            part[key] = str(part[key])
        case 3 if isinstance(part, list):
            part.append(copy.deepcopy(part[int(key)]))
        case 3:
            part[draw(TEXTS)] = copy.deepcopy(part[key])
        case _:
            part[key] = [part[key]]


@st.composite
def bodies(draw: st.DrawFn, *samples: Any) -> bytes:
    """Mostly JSON, whole or cut; else any bytes."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=60) | TEXTS.map(_encoded))
    value = draw(st.one_of(damaged(*samples), damaged(*samples), damaged(*samples), JUNK))
    body = _encoded(json.dumps(value, ensure_ascii=draw(st.booleans())))
    match draw(st.integers(0, 9)):
        case 0:
            return body[: draw(st.integers(0, len(body)))]
        case 1:
            return b"\xef\xbb\xbf" + body
        case 2:
            return b" \n" + body + b"\n"
    return body


def _encoded(text: str) -> bytes:
    """Lone surrogates as some services send them: as bytes that are no UTF-8, or as '?'."""
    return text.encode("utf-8", errors="surrogatepass" if len(text) % 2 else "replace")


@st.composite
def answers(draw: st.DrawFn, *samples: Any, media: str | None = None) -> Answer:
    kind = media if media is not None and draw(st.integers(0, 4)) else draw(MEDIA)
    headers = draw(st.sampled_from([{}, {}, {"Retry_After": "7"}, {"Retry_After": "²"}]))
    return answered(draw(STATUSES), draw(bodies(*samples)), kind, **headers)


def loaded(body: bytes) -> Any:
    """As JSON, or None: what the test itself reads out of a body."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def only_typed(error: BaseException, *kinds: type[RemediationError]) -> None:
    """It is one of ours, and of one of these kinds."""
    assert isinstance(error, kinds or RemediationError), repr(error)


def shuffled[T](draw: st.DrawFn, items: Sequence[T]) -> list[T]:
    return draw(st.permutations(list(items)))
