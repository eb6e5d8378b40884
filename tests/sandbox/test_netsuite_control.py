import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from sandbox.netsuite import World, load_world
from tests.sandbox.netsuite_kit import (
    ACCOUNT,
    OTHER_ACCOUNT,
    SLUG,
    WORLD,
    Sim,
    public_pem,
    running_sim,
)


@pytest.fixture
def sim() -> Iterator[Sim]:
    with running_sim() as running:
        yield running


def test_it_says_that_it_is_well(sim: Sim) -> None:
    """Health is 200, and control requests leave no trace in the journal."""
    journal = sim.journal()
    assert sim.control("GET", "health").json() == {"ok": True}
    assert sim.journal() == journal


def test_projects_can_be_listed_by_account(sim: Sim) -> None:
    """By id or host form; all accounts without a name."""
    listed = sim.control("GET", f"projects?account={ACCOUNT}").json()
    assert [project["id"] for project in listed] == ["90", "4711", "4712"]
    assert sim.control("GET", "projects?account=1234567-sb1").json() == listed
    assert len(sim.control("GET", "projects").json()) == 4
    expected = {
        "account": ACCOUNT,
        "id": "4711",
        "entityId": "P-4711",
        "companyName": "Apollo Rollout",
        "isInactive": True,
        "allowExpenses": True,
        "entityStatus": "2",
        "parent": {"id": "88", "name": "Acme Corp"},
    }
    assert expected.items() <= listed[1].items()


def test_a_project_can_be_changed_in_part(sim: Sim) -> None:
    """What isn't given stays, and services see the change at once."""
    sim.now += 5
    body = {"account": ACCOUNT, "isInactive": False, "entityStatus": None}
    changed = sim.control("PUT", "projects/4711", json=body).json()
    assert changed == sim.control("GET", f"projects/4711?account={ACCOUNT}").json()
    assert (changed["isInactive"], changed["entityStatus"]) == (False, None)
    record = sim.get_job("4711").json()
    assert (record["isInactive"], record["lastModifiedDate"]) == (False, "2026-09-21T14:13:25Z")
    assert changed["companyName"] == "Apollo Rollout"


def test_all_projects_of_an_account_can_be_changed_at_once(sim: Sim) -> None:
    """As by a mass update; nobody else's."""
    every = f"projects?account={ACCOUNT}"
    assert sim.control("PUT", every, json={"isInactive": True}).json() == {"changed": 3}
    assert {p["isInactive"] for p in sim.control("GET", every).json()} == {True}
    others = sim.control("GET", f"projects?account={OTHER_ACCOUNT}").json()
    assert [p["isInactive"] for p in others] == [False]
    assert sim.control("PUT", every, json=["isInactive"]).status_code == 400
    assert sim.control("PUT", "projects?account=9", json={}).status_code == 404


def test_an_unknown_project_is_created(sim: Sim) -> None:
    """With defaults for what isn't given: active, expenses allowed, in progress."""
    body = {"account": "7654321", "companyName": "New", "parent": {"id": "5", "name": "B"}}
    created = sim.control("PUT", "projects/777", json=body).json()
    assert (created["account"], created["entityId"], created["parent"]["id"]) == (
        "7654321",
        "777",
        "5",
    )
    assert (created["isInactive"], created["allowExpenses"]) == (False, True)
    assert created["entityStatus"] == "2"


def test_the_account_may_be_left_out_where_only_one_can_be_meant(sim: Sim) -> None:
    """A unique id is enough; an id of two accounts, or of none among several, isn't."""
    assert sim.control("GET", "projects/4712").json()["account"] == ACCOUNT
    assert sim.control("GET", "projects/4711").status_code == 404
    assert sim.control("PUT", "projects/31", json={}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"inactive": True}, {"isInactive": "perhaps"}, {"parent": "88"}, {"entityId": ""}, [], 7],
)
def test_wrong_changes_are_refused(sim: Sim, body: object) -> None:
    """A misspelt name or value is 400 and changes nothing."""
    before = sim.control("GET", "projects/4712").json()
    assert sim.control("PUT", "projects/4712", json=body).status_code == 400
    assert sim.control("GET", "projects/4712").json() == before


def test_reset_goes_back_to_the_loaded_world(sim: Sim) -> None:
    """Changed projects are as loaded, new ones gone, the journal empty, tokens still good."""
    loaded = sim.control("GET", "projects").json()
    sim.patch_job("4711", {"isInactive": False})
    sim.control("PUT", "projects/777", json={"account": ACCOUNT})
    sim.control("POST", "reset")
    assert sim.journal() == []
    assert sim.control("GET", "projects").json() == loaded
    assert sim.get_job("4711").status_code == 200


def test_the_journal_can_be_read_by_account(sim: Sim) -> None:
    """By the form that paths have."""
    sim.get_job("4711")
    everything = sim.journal()
    assert sim.control("GET", f"journal?account={SLUG}").json() == everything
    assert sim.control("GET", f"journal?account={OTHER_ACCOUNT}").json() == []


def test_a_person_can_reactivate_a_project_by_clicking(sim: Sim) -> None:
    """The page's own form and button do it, and lead back to the page."""
    url = f"{sim.base}/app/accounting/project/project.nl?id=4711"
    page = requests.get(url, timeout=5).text
    action = re.search(r'action="([^"]+)"', page)
    assert action is not None
    assert '<button name="isInactive" value="false">Reactivate</button>' in page
    form = {"isInactive": "false"}
    after = requests.post(sim.url + action[1].replace("&amp;", "&"), data=form, timeout=5)
    assert after.url == url
    assert "Make inactive" in after.text
    assert sim.get_job("4711").json()["isInactive"] is False


def test_expenses_can_be_allowed_by_clicking(sim: Sim) -> None:
    """The second button is the other box of the project."""
    url = f"{sim.url}/_control/projects/4712?account={ACCOUNT}"
    requests.post(url, data={"allowExpenses": "true"}, timeout=5)
    assert sim.get_job("4712").json()["allowExpenses"] is True


def test_pages_escape_what_they_show(sim: Sim) -> None:
    """A project's name is never markup, on both pages."""
    for path in ("/", "/1234567-sb1/app/accounting/project/project.nl?id=4712"):
        page = sim.http.get(sim.url + path, timeout=5)
        assert "Straße &lt;b&gt;" in page.text
        assert "<b>" not in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_index_links_every_project(sim: Sim) -> None:
    """Each link of the index leads to a page."""
    links = re.findall(r'href="([^"]+)"', sim.http.get(sim.url, timeout=5).text)
    assert len(links) == 4
    assert {sim.http.get(sim.url + link, timeout=5).status_code for link in links} == {200}


@pytest.mark.parametrize("path", ["1234567-sb1", "nowhere"])
def test_a_page_of_nothing_is_404(sim: Sim, path: str) -> None:
    """Unknown projects and accounts have no page."""
    url = f"{sim.url}/{path}/app/accounting/project/project.nl?id=1"
    assert sim.http.get(url, timeout=5).status_code == 404


@pytest.mark.parametrize(
    "accounts",
    [
        [{"id": "evil.com/x"}],
        [{"id": "1"}, {"id": "1"}],
        [{"id": "1", "projects": [{"id": "7", "entityId": "a"}, {"id": "7", "entityId": "b"}]}],
        [{"id": "1", "projects": [{"id": "x7", "entityId": "a"}]}],
        [{"id": "1", "projects": [{"id": "7", "entityId": "a", "isInactiv": True}]}],
    ],
)
def test_a_wrong_world_is_refused(accounts: object) -> None:
    """Bad and doubled ids and misspelt names raise ValueError."""
    with pytest.raises(ValueError, match="validation error"):
        World.model_validate({"accounts": accounts})


def test_a_world_file_may_write_ids_as_numbers(tmp_path: Path) -> None:
    """YAML reads an unquoted id as a number; it is a text all the same."""
    file = tmp_path / "world.yaml"
    file.write_text("accounts: [{id: 1234567, projects: [{id: 4711, entityId: P-1}]}]\n")
    [account] = load_world(file).accounts
    assert (account.id, account.projects[0].id) == ("1234567", "4711")


def test_a_missing_scenario_is_told_in_a_line(tmp_path: Path) -> None:
    """No traceback for a person's mistake, and an exit code that isn't 0."""
    options = ["--scenario", str(tmp_path / "none.yaml")]
    command = [sys.executable, "-m", "sandbox.netsuite", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("NetSuite sandbox: ")
    assert "Traceback" not in ended.stderr


def test_it_runs_on_its_own_and_leaves_at_once(tmp_path: Path) -> None:
    """The command says its URL, serves the scenario, and ends with 0 on SIGTERM."""
    world, key = tmp_path / "world.yaml", tmp_path / "key.pem"
    world.write_text(yaml.safe_dump(WORLD))
    key.write_text(public_pem())
    options = ["--port", "0", "--scenario", str(world), "--public-key", str(key)]
    command = [sys.executable, "-m", "sandbox.netsuite", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        assert len(requests.get(f"{url}/_control/projects", timeout=5).json()) == 4
        process.terminate()
        assert process.wait(5) == 0
