"""What an administrator deploys: the script, its record and its deployment fit together.

The names of fields are those of Oracle's SDF reference (SDFxml_2716615335, section_158162358850).
NetSuite itself validates a project only against an account, so that can't be tried here.
"""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.suitescript.kit import PROJECT, SCRIPT

SOURCE = PROJECT / "src"
TEXT = SCRIPT.read_text(encoding="utf-8")
PAGE = (PROJECT / "README.md").read_text(encoding="utf-8")
OBJECT = ET.parse(SOURCE / "Objects/customscript_er_project_changed.xml").getroot()


def _one(path: str) -> str:
    [found] = [element.text for element in OBJECT.iterfind(path)]
    return found or ""


def test_the_script_says_what_it_is() -> None:
    """SuiteScript 2.1, since that knows promises on the server (Oracle section_4387812940)."""
    assert re.findall(r"^ \* @(N\w+) (\S+)$", TEXT, re.MULTILINE) == [
        ("NApiVersion", "2.1"),
        ("NScriptType", "UserEventScript"),
        ("NModuleScope", "SameAccount"),
    ]


def test_the_record_leads_to_the_script() -> None:
    """By its path in the file cabinet; both files are named after the record."""
    path = _one("scriptfile").strip("[]")
    assert SOURCE / f"FileCabinet{path}" == SCRIPT
    assert (OBJECT.tag, OBJECT.get("scriptid")) == (
        "usereventscript",
        "customscript_er_project_changed",
    )


def test_it_is_deployed_to_projects_for_every_role() -> None:
    """Whoever saves a project; a script that only its owner runs would miss the others."""
    [deployment] = OBJECT.iterfind("scriptdeployments/scriptdeployment")
    assert {field.tag: field.text for field in deployment} == {
        "status": "RELEASED",
        "recordtype": "JOB",
        "isdeployed": "T",
        "allroles": "T",
        "loglevel": "ERROR",
    }


def test_the_parameter_that_it_reads_is_declared() -> None:
    """An address, and no secret: a parameter's value may be found by a search engine (Oracle
    chapter_159804448843).
    """
    declared = [field.get("scriptid") for field in OBJECT.iter("scriptcustomfield")]
    assert declared == re.findall(r"'(custscript_\w+)'", TEXT)
    assert _one("scriptcustomfields/scriptcustomfield/fieldtype") == "URL"


@pytest.mark.parametrize(
    ("path", "longest"), [("name", 40), ("description", 999)], ids=["name", "description"]
)
def test_texts_are_as_short_as_they_must_be(path: str, longest: int) -> None:
    """Oracle SDFxml_2716615335."""
    assert 0 < len(_one(path)) <= longest


def test_the_project_deploys_all_that_is_in_it() -> None:
    """And asks for the features without which it can't work."""
    deploy = ET.parse(SOURCE / "deploy.xml").getroot()
    for path in deploy.iter("path"):
        folder = SOURCE / str(path.text).removeprefix("~/").removesuffix("/*")
        assert any(folder.iterdir())
    manifest = ET.parse(SOURCE / "manifest.xml").getroot()
    assert manifest.get("projecttype") == "ACCOUNTCUSTOMIZATION"
    features = {feature.text: feature.get("required") for feature in manifest.iter("feature")}
    assert features == {"SERVERSIDESCRIPTING": "true", "JOBS": "true"}


def test_the_page_names_what_the_script_uses() -> None:
    """Whoever follows it makes the secret and the parameter that are asked for."""
    for name in re.findall(r"'(cust(?:secret|script)_\w+)'", TEXT):
        assert name in PAGE
    assert "customscript_er_project_changed" in PAGE
