"""Reading NS codes and projects out of the free text of a failed export."""

import re
import time

import pytest

from shared.domain.failure_text import MAX_LENGTH, Problem, parse

FULL = " is not active and can't accept expenses"
CURLY = " is not active and can\u2019t accept expenses"
PLEASE = ". Please update the project tag."


def projects(text: str) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(problem.code, problem.projects) for problem in parse(text).problems]


def one(*names: str) -> list[tuple[str | None, tuple[str, ...]]]:
    return [("NS0770", names)]


DOCUMENTED = {
    "help article": f"NS0770 Export Error: Project [X]{CURLY}{PLEASE}",
    "classic body": f"NS0770: Project [X]{CURLY}{PLEASE}",
    "display title": f"NS0770 Export Error: Project [X]{CURLY}",
    "sync error": f"NS0770 Sync Error: Project [X]{CURLY}{PLEASE}",
    "old page": f"ExpensiError NS0770: Project [X]{CURLY}{PLEASE}",
    "no label": f"NS0770 Project [X]{CURLY}{PLEASE}",
    "no colon": f"NS0770 Export Error Project [X]{CURLY}{PLEASE}",
    "blank before colon": f"NS0770 : Project [X]{CURLY}{PLEASE}",
    "code in parentheses": f"Export Error (NS0770): Project [X]{CURLY}{PLEASE}",
    "no brackets": f"NS0770 Export Error: Project X{CURLY}{PLEASE}",
    "no blank before the bracket": f"NS0770 Export Error: Project[X]{CURLY}{PLEASE}",
    "no blank after the bracket": "NS0770: Project [X]is not active",
    "straight apostrophe": f"NS0770 Export Error: Project [X]{FULL}{PLEASE}",
    "cannot": "NS0770 Export Error: Project [X] is not active and cannot accept expenses.",
    "no apostrophe": "NS0770 Export Error: Project [X] is not active and cant accept expenses.",
    "garbled apostrophe": "NS0770: Project [X] is not active and canâ€™t accept expenses.",
    "JSON escape": r"NS0770: Project [X] is not active and can\u2019t accept expenses.",
    "second sentence missing, full stop": f"NS0770 Export Error: Project [X]{FULL}.",
    "second half missing": "NS0770 Export Error: Project [X] is not active",
    "second half missing, full stop": "NS0770 Export Error: Project [X] is not active.",
    "second half missing, no brackets": "NS0770 Export Error: Project X is not active",
    "middle missing": "NS0770: Project X is not active Please update the project tag.",
    "other letter case": "NS0770 EXPORT ERROR: PROJECT [X] IS NOT ACTIVE",
    "numeric entity": "NS0770: Project [X] is not active and can&#39;t accept expenses",
    "hex entity": "NS0770: Project [X] is not active and can&#x2019;t accept expenses",
    "named apostrophe": "NS0770: Project [X] is not active and can&rsquo;t accept expenses",
    "named blank and brackets": f"NS0770:&nbsp;Project &lsqb;X&rsqb;{FULL}",
    "escaped twice": "NS0770: Project [X] is not active and can&amp;rsquo;t accept expenses",
    "inline tags": "<b>NS0770</b> Export Error: Project <em>[X]</em> is not <i>active</i>",
    "paragraphs": "<p>Dear all,</p><p>NS0770 Export Error: Project [X] is not active</p>",
    "link around": f'<a href="https://x.example/?a=1&amp;b=2">NS0770: Project [X]{FULL}</a>.',
    "quoted '>' in a tag": f"NS0770: Project <a title=\"a > b\" href='c>d'>[X]</a>{FULL}",
    "comment": f"<div\nclass=a>NS0770: Project <!-- a > b -->[X]{FULL}</div>",
    "capital tags": f"<P>NS0770: Project <B>[X]</B>{FULL}</P>",
    "non-breaking blanks": "NS0770\u00a0Export Error: Project\u00a0[X]\u00a0is not\u202factive",
    "wide blanks": "NS0770:\u3000Project\u2003[X]\u2009is\u2002not  active",
    "line breaks": f"NS0770 Export Error: Project [X]{FULL}".replace(" ", "\r\n "),
    "<br> in the sentence": "NS0770 Export Error:<br/>Project [X]<br>is not active",
    "client text": f'failed to export this report to NetSuite ("NS0770: Project [X]{FULL}...")',
    "in straight quotes": "error 'NS0770: Project [X] is not active'",
    "in curly quotes": "error \u2018NS0770: Project [X] is not active\u2019",
    "another line after it": "NS0770: Project [X] is not active\nReport 17",
    "list as text": f"[NS0770 Export Error: Project [X]{FULL}.]",
    "JSON list": f'["NS0770 Export Error: Project [X]{FULL}."]',
    "control characters": "\x00NS0770: Project\x07[X]\x1bis not active\x9f",
}


@pytest.mark.parametrize("text", DOCUMENTED.values(), ids=DOCUMENTED.keys())
def test_documented_form(text: str) -> None:
    """Each known way of writing the message gives the code and the project."""
    assert projects(text) == one("X")


NAMES = {
    "is not active inside": "A is not active [x]",
    "ends in is not active": "A is not active",
    "starts with is not active": "is not active B",
    "is not active between brackets": "A] is not active [b",
    "brackets": "[A] [B]",
    "double brackets": "[A]",
    "opening bracket": "A [old",
    "closing bracket": "A] x",
    "closing bracket at the end": "A]",
    "only a bracket": "]",
    "colon": "Acme : Rollout: phase 2",
    "escaped colon": r"Acme\: Rollout",
    "commas": "Acme, Inc., Rollout",
    "quotes": "Acme \"Big\" 'Bang' “Theory”",
    "code": "NS0034 Rollout",
    "code after a separator": "Acme, NS0034 Rollout",
    "labelled code": "NS0034: Rollout",
    "labelled code after a separator": "Acme, NS0034 Export Error: Rollout",
    "the failure's own code": "NS0770",
    "the word Project": "Project Project [A] Project",
    "its own sentence": f"Project [A]{FULL}",
    "its own sentence and a stop": f"Project [A]{FULL}.",
    "less-than": "A < B <Phase 2> <3 a<b",
    "unknown entity": "R&D &co; &notes; & more; &#; &copy",
    "slash": "A/B",
    "not Latin": "Ünïcödé 项目 проект",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("tail", [FULL, CURLY + PLEASE, " is not active", " is not active."])
def test_bracketed_name_with_pitfalls(name: str, tail: str) -> None:
    """Whatever stands between the message's own brackets is the name."""
    assert projects(f"NS0770 Export Error: Project [{name}]{tail}") == one(name)


NEED_BRACKETS = {
    "double brackets",
    "brackets",
    "its own sentence",
    "its own sentence and a stop",
    "labelled code after a separator",
}


@pytest.mark.parametrize("key", sorted(NAMES.keys() - NEED_BRACKETS))
def test_unbracketed_name_with_pitfalls(key: str) -> None:
    """Without brackets, a name goes up to the end of its sentence."""
    assert projects(f"NS0770: Project {NAMES[key]}{FULL}.") == one(NAMES[key])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"NS0770: Project [A]{FULL}", "A"),
        (f"NS0770: Project [A] [B]{FULL}", "A] [B"),
        (f"NS0770: Project A is not active. B{FULL}", "A is not active. B"),
        (f"NS0770: Project A{FULL}. B{FULL}", "A"),
        ("NS0770: Project A is not active, B is not active", "A"),
        ("NS0770: Project [A [ is not active, B] is not active", "[A ["),
        (f"NS0770: Project A <b>B</b> &amp; C{FULL}", "A B & C"),
    ],
)
def test_what_cannot_be_told_is_decided_by_rule(text: str, found: str) -> None:
    """The module's list of undecidable names says which reading is taken."""
    assert projects(text) == one(found)


def test_unbracketed_name_ends_at_another_message() -> None:
    """A labelled code after a separator ends an unbracketed name: it may hide another failure."""
    text = f"NS0770: Project Acme, NS0034: Rollout{FULL}"
    assert projects(text) == [("NS0770", ()), ("NS0034", ())]


def test_name_is_returned_as_written() -> None:
    """Blanks are collapsed and trimmed; letter case, slashes, escapes and width stay."""
    text = f"NS0770: Project [ \u00a0\uff21cme\u00a0\n \\: Roll/Out\u2003 ²\t]{FULL}"
    assert projects(text) == one("\uff21cme \\: Roll/Out ²")


def test_tag_in_an_escaped_name_survives() -> None:
    """Entities are read once and after the tags, so an escaped tag is part of the name."""
    text = f"<p>NS0770: Project [A &lt;b&gt; &amp;amp; B]{FULL}</p>"
    assert projects(text) == one("A <b> &amp; B")


@pytest.mark.parametrize("name", ["", " ", "\u00a0"])
def test_blank_name_is_no_project(name: str) -> None:
    """Empty brackets name nothing."""
    assert projects(f"NS0770: Project [{name}]{FULL}") == one()


@pytest.mark.parametrize(
    "text",
    [
        "NS0770",
        "Failed with code NS0770",
        "Failed (NS0770)",
        "NS0770 Export Error: Something new about Project [X].",
        "NS0770 Export Error: Project [X] is not active and frozen",
        "NS0770 Export Error: Project [NS0034 Rollout] is closed",
        "NS0770: Project [X",
    ],
)
def test_unknown_wording_names_no_project(text: str) -> None:
    """The code counts, a project is never guessed."""
    assert projects(text) == one()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\u00a0",
        "\x00\x01",
        "Unable to export",
        f"Project [NS0034 Rollout]{FULL}",
        f"Project NS0034 Rollout{FULL}",
        f"The Project [Acme, NS0770: Rollout]{FULL}",
        f"Project [X]{FULL}",
        "Invalid tag [NS0770 Rollout]",
        "NS077 and NS07700 and XNS0770 and NS0770A",
    ],
)
def test_text_without_a_code(text: str) -> None:
    """A text without a code is one problem without code; a code in a name or a value is none."""
    (problem,) = parse(text).problems
    assert problem == Problem(None, (), " ".join(parse(text).plain.split()))


@pytest.mark.parametrize(
    "text",
    [
        "NS0034 Export Error: This record already exists.",
        f"NS0831 Export Error: Project [X]{FULL}",
        "NS0728: Invalid customer reference key [NS0770: Project] for subsidiary [Acme, NS0770].",
        "NS0728: Invalid customer reference key Acme NS0770 for subsidiary 2",
        f"NS0728: Invalid key [Project [X]{FULL}] for subsidiary [2]",
    ],
)
def test_other_codes_are_never_ns0770(text: str) -> None:
    """Neither their wording nor their values make another code an NS0770."""
    assert projects(text) == [(text[:6], ())]


MIXED = (
    f"NS0770 Export Error: Project [A]{CURLY}{PLEASE}, "
    "NS0045 Export Error: The expense category isn\u2019t linked to an active NetSuite account., "
    f"NS0770 Export Error: Project [B, C]{CURLY}{PLEASE}"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MIXED, [("NS0770", ("A",)), ("NS0045", ()), ("NS0770", ("B, C",))]),
        (MIXED.replace("., ", ".\n"), [("NS0770", ("A",)), ("NS0045", ()), ("NS0770", ("B, C",))]),
        (MIXED.replace("., ", "<br>"), [("NS0770", ("A",)), ("NS0045", ()), ("NS0770", ("B, C",))]),
        (MIXED.replace("., ", ". "), [("NS0770", ("A",)), ("NS0045", ()), ("NS0770", ("B, C",))]),
        ("NS0770, NS0034; NS0021", [("NS0770", ()), ("NS0034", ()), ("NS0021", ())]),
        (f"NS0770: Project [A]{FULL}, Project [B]{FULL}.", one("A", "B")),
        (f"NS0770: Project [A]{FULL}, Project [A]{FULL}.", one("A")),
        (f"NS0770: Project A{FULL} NS0770: Project B{FULL}", [*one("A"), *one("B")]),
        (f"NS0770: Project A is not active NS0770: Project B{FULL}", [*one("A"), *one("B")]),
        (f"NS0770: Project A is not active ExpensiError NS0770: Project B{FULL}",
         [*one("A"), *one("B")]),
        ("NS0045 Not linked ExpensiError NS0034 Exists", [("NS0045", ()), ("NS0034", ())]),
        (f"Export Error (NS0770): Project [A]{FULL}, Export Error (NS0034): Exists",
         [*one("A"), ("NS0034", ())]),
        (f"NS0770: Project [x] A{FULL}, NS0770: Project [B]{FULL}", [*one("[x] A"), *one("B")]),
        (f"NS0770: Project [A [x]{FULL}, NS0770: Project [y]]{FULL}", [*one("A [x"), *one("y]")]),
        (f"NS0770: Project [cut off…, NS0770: Project [B]{FULL}", [*one(), *one("B")]),
        (f"NS0770: Project [cut…\nNS0034: exists\nNS0770: Project [B]{FULL}",
         [*one(), ("NS0034", ()), *one("B")]),
        (f"Report Project Kick-off failed with NS0770: Project [B]{FULL}", one("B")),
    ],
)  # fmt: skip
def test_several_messages_in_one(
    text: str, expected: list[tuple[str | None, tuple[str, ...]]]
) -> None:
    """Every message counts, in order, each with its own projects."""
    assert projects(text) == expected


def test_each_problem_keeps_its_own_text() -> None:
    """A problem carries its own message on one line, without what joined it to the next."""
    texts = [problem.text for problem in parse(f"Preface: {MIXED}").problems]
    assert texts == [part.rstrip(", ") for part in re.split("(?=NS0)", MIXED)[1:]]


def test_same_problem_is_listed_once() -> None:
    """Another wording for the same code and project, or the same text again, adds nothing."""
    text = f"NS0770: Project [A]{FULL}\nNS0770 Project A{CURLY}\nNS0034: Exists\nNS0034: Exists"
    assert projects(text) == [("NS0770", ("A",)), ("NS0034", ())]


def test_plain_keeps_everything_but_mark_up() -> None:
    """The plain text holds the lines, also those before the first code."""
    text = "<p>Hello &amp; <b>good</b>\tday</p>\r\n\r\n<ul><li>NS0034: \x00 Exists</li></ul>\ud800"
    assert parse(text).plain == "Hello & good day\nNS0034: Exists"


def test_no_more_than_the_limit_is_read() -> None:
    """What stands behind 262,144 characters isn't looked at."""
    start = "NS0034: Exists. ".ljust(MAX_LENGTH - 6, "x")
    assert [p.code for p in parse(f"{start}\nNS0021").problems] == ["NS0034"]
    assert [p.code for p in parse(f"{start[:-1]}\nNS0021").problems] == ["NS0034", "NS0021"]


HOSTILE = [
    "[", "]", "<", "<b ", '<b "', "<!--", "&", "&#", "&amp;", " ", "\n", "NS0770 ", "NS0770: ",
    "Project ", "Project [", "NS0770: Project [", "NS0770: Project [x] ", " is not active",
    "Project a is not active. ", "NS0770: Project a is not active. ", " is not active and can",
    "NS0770: Project a is not active and can't accept expenses, ", "ExpensiError ", "[[]", "NS",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_is_bounded(piece: str) -> None:
    """256 KB of any repetition take seconds at the very worst: quadratic work would take hours."""
    began = time.process_time()
    parse(piece * (MAX_LENGTH // len(piece)))
    assert time.process_time() - began < 10


@pytest.mark.parametrize("text", ["R&amp;D", "R&#38;D", "R&#x26;D", "R&D"])
def test_an_entity_is_read_by_name_and_by_number(text: str) -> None:
    """People are shown what was meant."""
    assert parse(text).plain == "R&D"


@pytest.mark.parametrize("text", ["/NS0024 is a path", "#NS0024", "…, see report-NS0024"])
def test_a_code_inside_of_something_else_opens_no_message(text: str) -> None:
    """Even where the text begins."""
    assert [p.code for p in parse(text).problems] == [None]


def test_a_message_ends_with_its_last_word() -> None:
    """Commas and semicolons go; any letter stays."""
    text = "NS0024 Export Error: Unknown tag X,; NS0059 Export Error: Unknown item XX"
    assert [p.text for p in parse(text).problems] == [
        "NS0024 Export Error: Unknown tag X",
        "NS0059 Export Error: Unknown item XX",
    ]


def test_a_bare_code_within_a_message_belongs_to_it() -> None:
    """Whatever letter stands before it; only after a separator it opens another one."""
    one = "NS0024 Export Error: tag X NS0059 is unknown"
    assert [p.code for p in parse(one).problems] == ["NS0024"]
    two = "NS0024 Export Error: tag X. NS0059 is unknown"
    assert [p.code for p in parse(two).problems] == ["NS0024", "NS0059"]


def test_a_message_may_follow_a_bracketed_value_at_once() -> None:
    """What is in brackets is stepped over, and no more than that."""
    text = "NS0024 Export Error: tag [NS0001: no head]NS0059 Export Error: item [NS0007: a head"
    assert [p.code for p in parse(text).problems] == ["NS0024", "NS0059", "NS0007"]
