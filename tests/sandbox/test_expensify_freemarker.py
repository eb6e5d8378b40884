import json
from typing import Any

import pytest

from sandbox.expensify.freemarker import TemplateError, render

MODEL: dict[str, Any] = {
    "yes": True,
    "no": False,
    "null": None,
    "number": 12345,
    "text": 'a"b\\c\n',
    "empty": "",
    "items": ["a", "b", "c"],
    "none": [],
    "hash": {"first": 1, "second": {"inner": "x"}, "a key": "y"},
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain <b> $ { #", "plain <b> $ { #"),
        ("${text?json_string}", json.dumps(MODEL["text"])[1:-1]),
        ("${number?c} ${yes?c} ${no?string} ${yes?string('Y', 'N')}", "12345 true false Y"),
        ("${number} ${number?string}", "12,345 12,345"),
        ("${hash.second.inner}${hash['a key']}${items[1]}", "xyb"),
        ("${gone!'d'}${null!\"e\"}${gone!}|", "de|"),
        ("${(hash.gone.further)!'d'}", "d"),
        ("${hash.gone!hash.second.inner}", "x"),
        ("<#if hash.gone??>1<#elseif null??>2<#elseif (a.b)??>3<#else>4</#if>", "4"),
        ("<#if empty?has_content || none?has_content || gone?has_content>1</#if>", ""),
        ("<#if items?has_content && number?has_content && no?has_content>1</#if>", "1"),
        ("<#if !no && yes == true && number != 3 && 'a' = 'a'>1</#if>", "1"),
        ("<#if (no || yes) && hash.first == 1>1</#if>", "1"),
        ("<#list items as i>${i}<#sep>,</#sep></#list>", "a,b,c"),
        ("<#list items as i>${i}<#sep>,</#list>", "a,b,c"),
        ("<#list items as i>${i_index}<#if i_has_next>-</#if></#list>", "0-1-2"),
        ("<#list items as i>${i?index}${i?has_next?c} </#list>", "0true 1true 2false "),
        ("<#list none as i>${i}<#else>nothing</#list>", "nothing"),
        ("<#list gone![] as i>${i}</#list><#list gone! as i>${i}</#list>", ""),
        ("<#list hash?keys as k>${k};</#list>${items?size}", "first;second;a key;3"),
        ("<#list hash?keys as k><#assign v = hash[k]><#if v?is_number>${k}</#if></#list>", "first"),
        ("a<#-- ${broken --${ <#if -->b", "ab"),
        ("${'it\\'s > }'}<#if 'a>b' == text>1</#if>", "it's > }"),
    ],
)
def test_known_constructs_do_what_freemarker_says(template: str, expected: str) -> None:
    """Each construct of the subset gives FreeMarker's documented result."""
    assert render(template, MODEL) == expected


def test_inner_loops_see_outer_variables() -> None:
    """Both loop variables are there inside, and only the outer one after the inner loop."""
    template = "<#list items as i><#list items as j>${i}${j} </#list></#list>"
    assert render(template, {"items": ["a", "b"]}) == "aa ab ba bb "


def test_a_default_takes_all_that_follows() -> None:
    """As in FreeMarker, x!"" == "a" means x!("" == "a")."""
    assert render('${(gone!"" == "a")?c}', {}) == "false"
    with pytest.raises(TemplateError, match="Expected a boolean"):
        render('<#if there!"" == "a">1</#if>', {"there": "a"})


@pytest.mark.parametrize(
    "template",
    [
        "${gone}",
        "${null}",
        "${hash.gone.further!'d'}",
        "${yes}",
        "${items}",
        "${hash}",
        "${number.x}",
        "${text?c}",
        "${items?keys}",
        "${yes?json_string}",
        "<#if number>1</#if>",
        "<#if yes == 'true'>1</#if>",
        "<#list text as t></#list>",
        "<#sep>,</#sep>",
        "${text?index}",
        "${number?string('0.00')}",
    ],
)
def test_a_wrong_value_is_an_error(template: str) -> None:
    """What FreeMarker can't fill in stops the template; nothing is left out silently."""
    with pytest.raises(TemplateError):
        render(template, MODEL)


@pytest.mark.parametrize(
    "template",
    [
        "<#macro m></#macro>",
        "<@m/>",
        "#{number}",
        "<#list items></#list>",
        "<#list items as i>",
        "<#if yes>1",
        "<#if yes>1<#else>2<#else>3</#if>",
        "</#if>",
        "<#else>",
        "<#assign x>",
        "${",
        "${}",
        "${a b}",
        "${a + b}",
        "${a?upper_case}",
        "${'${a}'}",
        "${(a}",
        "${a.}",
        "<#-- open",
    ],
)
def test_what_is_not_known_is_refused(template: str) -> None:
    """Constructs outside of the subset and broken ones are errors, even where never reached."""
    with pytest.raises(TemplateError):
        render(f"<#if false>{template}</#if>" if template.startswith("${a") else template, MODEL)


def test_an_error_names_its_line() -> None:
    """The line is counted from 1."""
    with pytest.raises(TemplateError, match=r"line 3: .*upper_case"):
        render("a\nb\n${c?upper_case}", {})


def test_a_key_of_nothing_is_nothing() -> None:
    """An empty default is an empty text, list and hash in one; lists end where they end."""
    assert (
        render("${(gone!).key!'d'}<#list (gone!)?keys as k>x</#list>${items[9]!'e'}", MODEL) == "de"
    )
