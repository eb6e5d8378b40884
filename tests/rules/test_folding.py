"""Comparing names, and the texts by which a label may name a project."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.folding import fold, name_forms, one_line

BLANKS = st.text("  \t\n\u00a0\u2003\u2009\u202f\u3000", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Rollout", "ROLLOUT"),
        ("Straße", "STRASSE"),
        ("Acme\u00a0Rollout", "Acme Rollout"),
        (" Acme \u2003\n Rollout\t", "acme rollout"),
        ("R/D 1", "R-D 1"),
        ("", " \u3000"),
    ],
)
def test_spellings_of_one_name_are_equal(left: str, right: str) -> None:
    """Letter case, blanks and '/' for '-' make no difference."""
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Phase ²", "Phase 2"),
        ("A B", "AB"),
        ("A:B", "A B"),
        ("A.", "A"),
        ("é", "e"),
        ("A", "\u0410"),
    ],
)
def test_other_names_stay_apart(left: str, right: str) -> None:
    """Nothing else is taken for equal, not even what Unicode calls compatible."""
    assert fold(left) != fold(right)


@settings(deadline=None)
@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    """Folding twice changes nothing, so keys may be stored and compared with keys."""
    assert fold(fold(name)) == fold(name)


@settings(deadline=None)
@given(st.lists(st.text("aÉß:[]", min_size=1), min_size=1), BLANKS, BLANKS)
def test_blanks_of_any_kind_are_one_blank(words: list[str], outer: str, inner: str) -> None:
    """Only the words and their order count."""
    assert one_line(outer + inner.join(words) + outer) == " ".join(words)


@pytest.mark.parametrize(
    ("label", "forms"),
    [
        ("Rollout", ("Rollout",)),
        ("Acme : Rollout", ("Acme : Rollout", "Rollout")),
        (r"Acme \: North \: Rollout", ("Acme : North : Rollout", "Rollout")),
        ("Acme:Rollout", ("Acme:Rollout", "Rollout")),
        ("Acme\u00a0:\u00a0Rollout", ("Acme : Rollout", "Rollout")),
        ("Projects:Acme : Rollout", ("Projects:Acme : Rollout", "Rollout")),
        (r"Acme\:Rollout", ("Acme:Rollout",)),
        (r"Acme \: Rollout", ("Acme : Rollout", "Rollout")),
        (
            r"Projects:Acme \: Roll\:out",
            ("Projects:Acme : Roll:out", "Acme : Roll:out", "Roll:out"),
        ),
        ("Acme:", ("Acme:",)),
        (":Acme", (":Acme", "Acme")),
        (":", (":",)),
        ("  Acme  Inc ", ("Acme Inc",)),
        ("", ()),
        (" \u00a0", ()),
    ],
)
def test_forms_of_a_label(label: str, forms: tuple[str, ...]) -> None:
    r"""The whole label, its last level, its last part; '\:' is a colon, not a level."""
    assert name_forms(label) == forms


@settings(deadline=None)
@given(st.text())
def test_forms_are_trimmed_and_differ(label: str) -> None:
    """No form is blank, padded or listed twice, and the last ones end the whole label."""
    forms = name_forms(label)
    assert len(set(forms)) == len(forms) <= 3
    assert all(form and form == form.strip() and forms[0].endswith(form) for form in forms)
