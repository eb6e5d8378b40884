"""The catalogue of NS codes: whole, well formed, harmless, and found again from Expensify's texts."""

import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scripts import write_failure_codes
from shared.catalogue import catalogue
from shared.catalogue.loader import parsed
from shared.domain.advice import Advice
from shared.domain.failure_text import parse
from shared.domain.notice import Role

CATALOGUE = catalogue()
ENTRIES = tuple(CATALOGUE.entries.values())
EVERY = (*ENTRIES, CATALOGUE.unknown, CATALOGUE.without_code)
RAW = json.loads(files("shared.catalogue").joinpath("netsuite.json").read_bytes())
OF_CODE = {advice.code: advice for advice in ENTRIES}
entries = st.sampled_from(ENTRIES)


def straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'")


def curly(text: str) -> str:
    return text.replace("'", "’")


APOSTROPHES = [str, straight, curly]
JOINERS = [" ", "\n", "; ", " | ", "<br>"]


def name_of(advice: Advice) -> str:
    return advice.code or advice.meaning


# --- whole ---------------------------------------------------------------------------------------


def test_there_are_seventy_codes_each_once_and_in_order() -> None:
    """Every code of Expensify's help."""
    codes = [entry["code"] for entry in RAW["codes"]]
    assert len(codes) == 70
    assert codes == sorted(set(codes))
    assert list(CATALOGUE.entries) == codes


@pytest.mark.parametrize("advice", EVERY, ids=name_of)
def test_each_says_what_it_means_and_what_to_do(advice: Advice) -> None:
    """In sentences, and briefly enough for a mail."""
    for sentence in (advice.meaning, *advice.steps):
        assert sentence[0].isupper()
        assert sentence.endswith((".", "?"))
        assert sentence.count("**") % 2 == 0
        assert "****" not in sentence
    assert 1 <= len(advice.steps) <= 8
    assert len(advice.meaning) < 200


@pytest.mark.parametrize("advice", ENTRIES, ids=name_of)
def test_each_code_names_its_article(advice: Advice) -> None:
    """Under its own number."""
    assert re.fullmatch(
        r"https://help\.expensify\.com/articles/new-expensify/connections/netsuite/"
        rf"Troubleshooting/(Export|Sync)-Errors/{advice.code}-(Export|Sync)-Error\.html",
        advice.source,
    )


def test_who_can_fix_what() -> None:
    """Of each role one that Expensify's help leaves no doubt about; operators fix no known code."""
    expected = {
        "NS0024": Role.NETSUITE_ADMIN,
        "NS0034": Role.NETSUITE_ADMIN,
        "NS0728": Role.NETSUITE_ADMIN,
        "NS0029": Role.WORKSPACE_ADMIN,
        "NS0144": Role.WORKSPACE_ADMIN,
        "NS0593": Role.WORKSPACE_ADMIN,
        "NS0091": Role.WORKSPACE_ADMIN,
        "NS0046": Role.SUBMITTER,
    }
    assert {code: CATALOGUE.fixers[code] for code in expected} == expected
    assert Role.OPERATOR not in CATALOGUE.fixers.values()
    assert {CATALOGUE.unknown.role, CATALOGUE.without_code.role} == {Role.OPERATOR}


# --- harmless ------------------------------------------------------------------------------------


@pytest.mark.parametrize("advice", EVERY, ids=name_of)
def test_nobody_is_told_to_take_back_an_approval_or_to_delete(advice: Advice) -> None:
    """The articles sometimes say so; a report could be booked twice, or never."""
    said = " ".join((advice.meaning, *advice.steps)).casefold().replace("-", "")
    assert "unapprove" not in said
    assert "retract" not in said
    assert not re.search(r"\bdelet", said)


def test_what_netsuite_holds_already_is_never_exported_again() -> None:
    """NS0034 alone: its record is looked at, compared and marked, or people decide."""
    assert [advice.code for advice in EVERY if not advice.retry] == ["NS0034"]
    steps = " ".join(OF_CODE["NS0034"].steps)
    at = [steps.index(word) for word in ("search field", "compare", "Export > Mark as exported")]
    assert at == sorted(at)


@pytest.mark.parametrize("code", ["NS0029", "NS0144", "NS0336"])
def test_where_the_report_may_have_arrived_somebody_looks_first(code: str) -> None:
    """A server's error and a broken connection say nothing of what was booked before."""
    assert "NetSuite" in " ".join(OF_CODE[code].steps)
    assert "report’s ID" in " ".join(OF_CODE[code].steps)


# --- found again ---------------------------------------------------------------------------------


def test_an_unknown_code_and_none_are_explained_too() -> None:
    """By what is to be done when nobody knows."""
    assert CATALOGUE.of("NS9999") == replace(CATALOGUE.unknown, code="NS9999")
    assert CATALOGUE.of("") is CATALOGUE.without_code
    assert CATALOGUE.of("NS0024") is OF_CODE["NS0024"]


@pytest.mark.parametrize("advice", ENTRIES, ids=name_of)
@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_expensifys_text_leads_to_its_entry(advice: Advice, apostrophe: type[str]) -> None:
    """Whatever its apostrophes, and as HTML."""
    for text in (apostrophe(advice.text), f"<p>{apostrophe(advice.text)}</p>"):
        (problem,) = parse(text).problems
        assert CATALOGUE.of(problem.code or "") is advice


@settings(deadline=None, max_examples=300)
@given(
    st.lists(entries, min_size=2, max_size=8, unique_by=lambda advice: advice.code),
    st.sampled_from(APOSTROPHES),
    st.sampled_from(JOINERS),
)
def test_several_texts_in_one_message_lead_to_all_of_their_entries(
    several: list[Advice], apostrophe: type[str], joiner: str
) -> None:
    """In the order in which they stand there."""
    text = joiner.join(apostrophe(advice.text) for advice in several)
    found = [CATALOGUE.of(problem.code or "") for problem in parse(text).problems]
    assert found == several


def test_the_page_of_all_codes_is_what_its_script_writes() -> None:
    """`python -m scripts.write_failure_codes` takes a change of the catalogue over."""
    page = write_failure_codes.PAGE.read_text(encoding="utf-8")
    assert page == write_failure_codes.rendered()
    rows = [line for line in page.splitlines() if line.startswith("| [NS")]
    assert len(rows) == 70
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


# --- checked when it is read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [{"role": "janitor"}, {"steps": []}, {"steps": [""]}, {"code": "NS24"}, {"colour": "red"}],
)
def test_a_broken_catalogue_is_refused(broken: dict[str, object]) -> None:
    """Rather a function that doesn't start than a mail that says nothing."""
    content = {**RAW, "codes": [{**RAW["codes"][0], **broken}]}
    with pytest.raises(ValidationError):
        parsed(json.dumps(content).encode())
