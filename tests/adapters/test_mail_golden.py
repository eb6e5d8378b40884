"""Every tone's mail, word by word."""

from html.parser import HTMLParser

import pytest

from shared.adapters.mail import render
from shared.adapters.mail.wording import LISTED
from shared.domain.notice import Tone
from tests.adapters.golden_kit import GOLDEN_FOLDER, same_as_golden
from tests.adapters.mail_kit import GOLDEN, links, settings_named

MAILS = {name: render(of, settings_named(name), *links(of)) for name, of in GOLDEN.items()}


class Outline(HTMLParser):
    """Elements and attributes, the links, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [value or "" for name, value in self.attributes if name == "href"]


def test_every_tone_has_a_golden_mail() -> None:
    """A new tone without one would go out unread."""
    assert {of.notice.tone for of in GOLDEN.values()} == set(Tone)


@pytest.mark.parametrize("name", GOLDEN)
def test_mails_are_the_golden_ones(name: str) -> None:
    """Each change of a word is looked at; `GOLDEN=write` takes it over."""
    assert same_as_golden(GOLDEN_FOLDER / f"{name}.html", MAILS[name].html)
    assert same_as_golden(GOLDEN_FOLDER / f"{name}.txt", MAILS[name].text)


def test_there_is_no_golden_mail_of_nothing() -> None:
    """A renamed letter leaves no file behind."""
    assert {path.stem for path in GOLDEN_FOLDER.iterdir()} == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_html_is_well_formed_and_needs_nothing_from_outside(name: str) -> None:
    """No images, scripts, styles or fonts to load, so nothing tracks; every element is closed."""
    seen = Outline(MAILS[name].html)
    assert seen.open == []
    assert set(seen.elements).isdisjoint({"img", "script", "link", "style", "iframe", "form"})
    assert not {name for name, _ in seen.attributes} & {"src", "background", "onclick"}
    assert all("url(" not in (value or "") for key, value in seen.attributes if key == "style")


@pytest.mark.parametrize("name", GOLDEN)
def test_the_html_is_accessible(name: str) -> None:
    """Its language is said, it has one main heading, and only tables of data are read as such."""
    seen = Outline(MAILS[name].html)
    assert ("lang", "en") in seen.attributes
    assert seen.elements.count("h1") == 1
    layout_tables = sum(each == ("role", "presentation") for each in seen.attributes)
    data_tables = seen.elements.count("table") - layout_tables
    assert bool(data_tables) == (("scope", "row") in seen.attributes)


@pytest.mark.parametrize("name", GOLDEN)
def test_both_parts_say_the_same(name: str) -> None:
    """Without mark-up, marks of lists and links, each part has the words of the other."""
    mail = MAILS[name]
    body = mail.html.partition("</head>")[2].removesuffix("</html>\n")
    seen = Outline(body)
    assert all(link in mail.text for link in seen.links)
    plain = mail.text
    for link in seen.links:
        plain = plain.replace(link, " ")
    assert words(plain) == words(seen.text)


def words(text: str) -> str:
    """Letters alone: headings are in capitals in plain text, steps have numbers."""
    return "".join(c for c in text.casefold() if c.isalpha())


@pytest.mark.parametrize("name", GOLDEN)
def test_the_first_two_lines_say_what_happened_and_what_to_do(name: str) -> None:
    """Short enough for a busy reader, and for the preview of an inbox."""
    headline, lead = MAILS[name].text.splitlines()[:2]
    assert 20 < len(headline) < 120
    assert lead.startswith(("Please", "Thank you"))


@pytest.mark.parametrize("name", GOLDEN)
def test_nobody_is_advised_to_do_harm(name: str) -> None:
    """Nobody is asked to delete or to take an approval back, whatever Expensify's texts say."""
    ours = (line for line in MAILS[name].text.splitlines() if not line.startswith(">"))
    text = "\n".join(ours).casefold()
    assert "unapprove" not in text
    assert "un-approve" not in text
    assert text.count("delete ") == text.count("never delete ") + text.count(
        "please delete nothing"
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_the_footer_says_why_and_that_nobody_reads_replies(name: str) -> None:
    """Whoever wonders about the mail finds whose it is."""
    footer = MAILS[name].text.partition("\n--\n")[2]
    notice = GOLDEN[name].notice
    where = notice.workspace_id or "the operators."
    assert "Acme Field Services" in footer or where in footer
    assert "nothing to reply to" in footer


def test_a_long_list_is_cut_and_counted() -> None:
    """Twenty reports, and how many more."""
    mail = MAILS["needs_person-many"]
    assert mail.text.count("https://new.expensify.com/r/") == LISTED
    assert "and 1,214 more" in mail.text
    assert "and 1,214 more" in mail.html


def test_the_clicks_of_reactivating_are_all_there() -> None:
    """The administrator needs no help article beside the mail."""
    text = MAILS["reactivate"].text
    at = text.index("WHAT TO DO")
    for click in ("Lists > Relationships > Projects", "Show Inactives", "Edit", "Clear Inactive"):
        at = text.index(click, at)
    assert "Save" in text[at:]
    assert "no need to press Sync Now or Export" in text
    assert "Allow Expenses" in MAILS["reactivate-expenses-off"].text
    assert "Show Inactives" not in MAILS["reactivate-expenses-off"].text


def test_a_reminder_says_which_and_since_when() -> None:
    """In the subject that it is one; of the last, that it is."""
    first, last = MAILS["reactivate-reminder"], MAILS["retag-last-reminder"]
    assert first.subject.startswith("Reminder: Please reactivate")
    assert "reminder 1 of 3; we first wrote about this on 15 January 2027." in first.text
    assert "reminder 3 of 3" in last.text
    assert "It is the last one" in last.text
    assert "It is the last one" not in first.text
    assert "eminder" not in MAILS["reactivate"].text + MAILS["reactivate"].subject


def test_a_digest_says_what_each_matter_asks() -> None:
    """Sums and counts of each, and of all; a reminder is called one; the rest is counted."""
    text = MAILS["digest"].text
    assert "3 matters wait for you" in MAILS["digest"].subject
    assert "2 reports of 2 people, EUR 439.50 and NOK 849.00 in all." in text
    assert "Lists > Relationships > Projects" in text
    assert "reminder 2 of 3" in text
    assert "It was deleted in Expensify." in text
    assert "And 3 further matters." in MAILS["digest-many"].text
    assert MAILS["digest-done"].subject == "Done: what waited for you is settled"


def test_a_digest_never_asks_for_an_export_that_could_be_the_second() -> None:
    """As the mail of its own wouldn't."""
    text = MAILS["digest-never-again"].text
    assert "Please don’t export the report again." in text
    assert "You need do no more" in text
    assert "synced and exported by hand" not in text
