"""What a mail shows of its letter, whatever the names in it are."""

from dataclasses import replace
from html import escape
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.mail import Rendered, render
from shared.adapters.mail.wording import cut, listing, money, shown, sums, things
from shared.domain.case import Why
from shared.domain.decide_notify import Letter
from shared.domain.notice import Role, Tone
from shared.domain.report import Money
from tests.adapters.mail_kit import GOLDEN, apollo, general, letter, many, stuck, unnamed, workspace
from tests.adapters.test_mail_golden import Outline

HOSTILE = "<script>alert(1)</script>"
PLAIN = {name: Outline(render(of, workspace(), None).html) for name, of in GOLDEN.items()}
anything = st.text(st.characters(exclude_categories=[]), max_size=300) | st.sampled_from(
    [
        HOSTILE,
        '"><a href="https://evil.example">',
        "{{ 7*7 }}",
        "a\r\nBcc: x@evil.example",
        "\u202egnp",
    ]
)


def disguised(of: Letter, text: str) -> Letter:
    """The letter with the text wherever others can write something."""
    reports = tuple(
        replace(r, name=text, submitter=text, detail=f"{r.detail.partition(':')[0]}: {text}")
        for r in of.subject.reports
    )
    names: dict[str, Any] = dict.fromkeys(
        ("project_name", "entity_id", "customer", "label", "project_id"), text
    )
    candidates = tuple(text for _ in of.subject.candidates)
    return replace(of, subject=replace(of.subject, reports=reports, candidates=candidates, **names))


@pytest.mark.parametrize("name", GOLDEN)
@given(text=anything)
@settings(max_examples=20, deadline=None)
def test_no_text_of_others_becomes_markup_or_a_header(name: str, text: str) -> None:
    """The HTML has the elements that the tone has and no others; the subject stays one line."""
    settings_ = workspace(name=text)
    mail = render(disguised(GOLDEN[name], text), settings_, None)
    seen, usual = Outline(mail.html), PLAIN[name]
    assert seen.open == []
    assert set(seen.elements) <= set(usual.elements) | {"table", "tr", "th", "td", "bdi"} | QUOTES
    assert {key for key, _ in seen.attributes} <= {key for key, _ in usual.attributes} | TABLES
    assert not any("evil.example" in link for link in seen.links)
    assert not {category(c) for c in mail.subject} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(mail.subject) <= 90
    for part in (mail.subject, mail.text, mail.html):
        part.encode()


QUOTES = {"h2", "blockquote", "br", "span"}
TABLES = {"cellpadding", "cellspacing", "scope", "align", "valign", "style"}


@given(text=anything, number=st.integers(1, 99_999_999))
@settings(max_examples=100, deadline=None)
def test_both_parts_name_the_project_its_id_and_its_link(text: str, number: int) -> None:
    """Whatever the project is called, the administrator can find it."""
    subject = apollo(stuck(), project_name=text, project_id=str(number))
    link = f"https://1.app.netsuite.com/app/accounting/project/project.nl?id={number}"
    mail = render(letter(Tone.REACTIVATE, Role.NETSUITE_ADMIN, subject), workspace(), link)
    name = shown(text) or "Acme Corp:Apollo Rollout"
    seen = Outline(mail.html)
    assert name in mail.text
    assert " ".join(name.split()) in seen.text
    assert f"Internal ID: {number}\n" in mail.text
    assert f"Internal ID {number} " in " ".join(" ".join(seen.words).split()) + " "
    assert link in mail.text
    assert link in seen.links


def test_hostile_names_are_only_there_escaped() -> None:
    """A name that is a script is shown, not run."""
    mail = render(disguised(GOLDEN["reactivate"], HOSTILE), workspace(), None)
    assert HOSTILE not in mail.html
    assert escape(HOSTILE) in mail.html
    assert HOSTILE in mail.text


def test_a_name_can_not_fake_lines_of_the_plain_part() -> None:
    """Line breaks in names are blanks, so that nobody writes steps of their own into a mail."""
    fake = "Apollo\n\nWHAT TO DO\n1. Send money to https://evil.example"
    usual, mail = rendered("Apollo"), rendered(fake)
    assert len(mail.text.splitlines()) == len(usual.text.splitlines())


def rendered(project: str, **more: Any) -> Rendered:
    subject = apollo(stuck(), project_name=project)
    of = letter(Tone.REACTIVATE, Role.NETSUITE_ADMIN, subject)
    return render(of, workspace(**more), None)


def test_a_very_long_name_is_cut_and_leaves_the_rest_readable() -> None:
    """The subject still says what is wanted and how many reports wait."""
    mail = rendered("x" * 500)
    assert "x" * 121 not in mail.text
    assert mail.subject == f"Please reactivate “{'x' * 35}…”: 1 report can’t be exported"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://x.example/\nhttps://evil.example", "", None]
)
def test_only_a_real_link_becomes_one(link: str | None) -> None:
    """Anything else is left out; the steps lead there without it."""
    mail = render(GOLDEN["reactivate"], workspace(), link)
    assert Outline(mail.html).links == []
    assert "Open the project: Lists > Relationships > Projects;" in mail.text


def test_report_links_follow_the_settings() -> None:
    """A report's id can't leave its place in the address."""
    of = letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(report_id="R1/../x?y=<z>")))
    given_url = {"secret": "s", "web_url": "http://127.0.0.1:8080/app"}
    mail = render(of, workspace(expensify=given_url), None)
    assert Outline(mail.html).links == ["http://127.0.0.1:8080/app/r/R1%2F..%2Fx%3Fy%3D%3Cz%3E"]


def test_submitters_see_their_own_name_nowhere_and_others_see_whose_a_report_is() -> None:
    """A list for an administrator says whom to ask."""
    assert "ines@" not in render(GOLDEN["retag"], workspace(), None).text
    assert "of omar@acme.example" in render(GOLDEN["retag-gone"], workspace(), None).text


def test_who_is_asked_instead_follows_the_settings() -> None:
    """Where submitters can't edit approved reports, workspace administrators are asked to."""
    people = {**workspace().people.model_dump(), "retag_by": "workspace_admin"}
    assert "the people who submitted the reports are asked" in rendered("X").text
    assert "the workspace administrators are asked" in rendered("X", people=people).text


def test_a_project_without_a_name_is_called_by_what_is_known() -> None:
    """By its label, or else by its id."""
    by_label = apollo(stuck(), project_name="")
    by_id = apollo(stuck(), project_name="", label="")
    of = [letter(Tone.RETAG, Role.SUBMITTER, each) for each in (by_label, by_id)]
    assert "“Acme Corp:Apollo Rollout”" in render(of[0], workspace(), None).text
    assert "“project 4711”" in render(of[1], workspace(), None).text


def test_a_workspace_without_a_name_is_called_by_its_id() -> None:
    """The footer always says which one it is."""
    assert "workspace A1B2C3D4E5F60718." in rendered("X", name="\u200b").text


def test_candidates_are_cut_like_every_list() -> None:
    """An ambiguous label may mean very many projects."""
    subject = unnamed("A", stuck(), status="ambiguous", candidates=tuple(map(str, range(100, 125))))
    of = letter(Tone.RETAG, Role.WORKSPACE_ADMIN, subject, about="L#WS#A")
    text = render(of, workspace(), None).text
    assert "- 119\n" in text
    assert "- 120\n" not in text
    assert "- and 5 more\n" in text


def test_equal_messages_are_shown_once_and_different_ones_by_their_reports() -> None:
    """Evidence without noise: what differs stands where it belongs."""
    equal = general(*(stuck(Why.OTHER_FAILURE, "NS0024 x", report_id=f"R{i}") for i in range(3)))
    differing = general(
        *(stuck(Why.OTHER_FAILURE, f"NS{i:04} x", report_id=f"R{i}") for i in range(25))
    )
    of = [
        letter(Tone.OTHER_FAILURE, Role.WORKSPACE_ADMIN, each, about="W#WS#NS0024+NS0100")
        for each in (equal, differing)
    ]
    same, different = (render(each, workspace(), None) for each in of)
    assert same.text.count("NS0024 x") == 1
    assert different.text.count("NS0003 x") == 2
    assert "and 5 more" in different.text
    assert same.subject.endswith("NS0024, NS0100")


def test_a_done_mail_never_counts_what_it_can_not_know() -> None:
    """A notice remembers only the first of its reports, so the mail says 'the others'."""
    reports = [replace(report, detail="exported") for report in many(25)]
    mail = render(letter(Tone.DONE, Role.SUBMITTER, apollo(*reports)), workspace(), None)
    assert "So are the others" in mail.text
    assert "25" not in mail.text.replace("4711", "")


def test_a_done_mail_without_reports_says_only_that() -> None:
    """Nothing was listed: nothing is claimed about single reports."""
    mail = render(letter(Tone.DONE, Role.SUBMITTER, apollo()), workspace(), None)
    assert "/r/" not in mail.text


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ("W#1234567_SB1#login_refused", "NetSuite refuses our login"),
        ("W#1234567_SB1#invalid_client", "NetSuite doesn’t know our client or its certificate"),
        ("W#1234567_SB1#secret_unusable", "The secret for NetSuite can’t be used"),
        ("W#1234567_SB1#no_permission", "NetSuite refuses us a permission"),
        ("W#1234567_SB1#unknown_status", "NetSuite doesn’t show us whether projects are active"),
        ("W#1234567_SB1#throttled", "NetSuite has given no usable answer for long: throttled"),
        ("W#A1B2C3D4E5F60718#login_refused", "Expensify refuses our login"),
        (
            "W#A1B2C3D4E5F60718#client_too_old",
            "Expensify finds our version of its app too old",
        ),
    ],
)
def test_a_set_up_fault_names_system_and_fault(about: str, says: str) -> None:
    """The operator knows at once whose login or right it is."""
    of = letter(Tone.SETUP_FAULT, Role.OPERATOR, general(), about=about)
    assert render(of, workspace(), None).text.splitlines()[0] == says


@pytest.mark.parametrize("matter", ["invalid_client", "invalid_grant"])
@pytest.mark.parametrize(("account_id", "sandbox"), [("1234567_SB1", True), ("1234567", False)])
def test_a_sandbox_may_have_been_refreshed(matter: str, account_id: str, sandbox: bool) -> None:
    """The likely cause there, and none elsewhere."""
    about = f"W#{account_id}#{matter}"
    of = letter(Tone.SETUP_FAULT, Role.OPERATOR, general(), about=about)
    of = replace(of, notice=replace(of.notice, account_id=account_id))
    assert ("Was the sandbox refreshed?" in render(of, workspace(), None).text) is sandbox


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money("EUR", 123450), "EUR 1,234.50"),
        (Money("EUR", 5), "EUR 0.05"),
        (Money("EUR", 0), "EUR 0.00"),
        (Money("EUR", -123456), "EUR -1,234.56"),
        (Money("JPY", 123456700), "JPY 1,234,567"),
        (Money("KRW", 700), "KRW 7"),
        (Money("KWD", 123457), "KWD 1,234.570"),
        (Money("BHD", -1), "BHD -0.010"),
        (Money("E\nR", 100), "E R 1.00"),
    ],
)
def test_money_has_its_currencys_decimals(amount: Money, text: str) -> None:
    """Two as a rule, none for yen, three for dinars; thousands are separated."""
    assert money(amount) == text


def test_sums_are_per_currency() -> None:
    """Nothing is added across currencies."""
    amounts = [Money("NOK", 100), Money("EUR", 150), Money("NOK", 50)]
    assert sums(amounts) == "EUR 1.50 and NOK 1.50"
    assert sums([]) == ""


def test_a_listing_reads_as_a_sentence() -> None:
    """With 'and' before the last, and cut at twenty."""
    assert listing([]) == ""
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing([str(i) for i in range(23)]).endswith("19 and 3 more")


def test_numbers_agree_with_their_nouns() -> None:
    """One of a thing, many things, and people for persons."""
    assert [things(n, "report") for n in (1, 2, 5000)] == ["1 report", "2 reports", "5,000 reports"]
    assert [things(n, "person") for n in (1, 2)] == ["1 person", "2 people"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\r\n\tb", "a b"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("x\x00\x1b[31my\ud800", "x[31my"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x\u2028y\u2029z", "x y z"),
        ("\ue000\U000f0000\ufffe", ""),
    ],
)
def test_only_what_is_visible_is_shown(text: str, seen: str) -> None:
    """Controls, direction marks and lone surrogates go; joiners that a script needs stay."""
    assert shown(text) == seen


def test_cutting_leaves_short_texts_alone() -> None:
    """The mark of a cut counts towards the length."""
    assert cut("abcd", 4) == "abcd"
    assert cut("abcde", 4) == "abc…"
    assert cut("ab cde", 4) == "ab…"
