"""The message of a failure: whatever stands around a documented text, it is read as what it is."""

import html
import time

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.catalogue import catalogue
from shared.domain.failure_text import MAX_CODES, MAX_LENGTH, PROJECT_REFUSED, codes_of, parse
from tests.fuzz.values import FUZZ

TEXTS = {code: advice.text for code, advice in catalogue().entries.items()}
OTHERS = sorted(set(TEXTS) - {PROJECT_REFUSED})
SEPARATORS = ["\n", "<br>", "<br/>\n", "\r\n", ". ", "; ", " | ", ", ", "</p><p>"]
# Neither codes, nor 'Project', nor what opens or ends a message: anything else may stand around.
NOISE = st.text(st.characters(exclude_characters="NSPpns[]&<>"), max_size=30)
NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="[]<>&"),
    min_size=1,
    max_size=20,
)


@FUZZ
@given(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=8), st.data())
def test_every_documented_text_is_found_among_others(codes: list[str], data: st.DataObject) -> None:
    """In its order, joined in any way, escaped or not, with anything before and after it."""
    separator = data.draw(st.sampled_from(SEPARATORS))
    before, after = data.draw(NOISE), data.draw(NOISE)
    text = f"{before}\n{separator.join(TEXTS[code] for code in codes)}\n{after}"
    if data.draw(st.booleans()) and "<" not in separator:
        text = html.escape(text)
    assert codes_of(parse(text).problems) == tuple(dict.fromkeys(codes))


@FUZZ
@given(st.sampled_from(OTHERS), NAMES, st.booleans(), st.sampled_from(SEPARATORS))
def test_a_project_is_found_beside_any_other_failure(
    code: str, name: str, first: bool, separator: str
) -> None:
    """It is the one of NS0770, and nobody else's."""
    assume("NS" not in name)
    refused = TEXTS[PROJECT_REFUSED].replace("[X]", f"[{name}]")
    assert f"[{name}]" in refused
    text = separator.join([refused, TEXTS[code]] if first else [TEXTS[code], refused])
    named = {problem.code: problem.projects for problem in parse(text).problems}
    assert named == {PROJECT_REFUSED: (name,), code: ()}


@FUZZ
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_crashes_or_grows(text: str) -> None:
    """What is told of it is in it, and can be stored and sent."""
    found = parse(text)
    assert found.problems
    assert len(codes_of(found.problems)) <= MAX_CODES
    for problem in found.problems:
        problem.text.encode()
        assert problem.code is None or problem.code in found.plain
        assert problem.text.rstrip(" ,;") in found.plain.replace("\n", " ")
        assert all(name in found.plain.replace("\n", " ") for name in problem.projects)
    assert parse(text) == found


@FUZZ
@given(st.sampled_from(["NS0770 Project [", "[", "]", "<b", "&#", "Project ", "NS0770 ", "is not ",
       "active and can't accept ", "NS0770 Export Error: Project [X] is not active ", "\n", "<!--"]))  # fmt: skip
def test_a_huge_text_is_read_in_time(part: str) -> None:
    """Ten times the text takes about ten times as long, and never minutes."""
    began = time.perf_counter()
    parse(part * (MAX_LENGTH // len(part)))
    assert time.perf_counter() - began < 20
