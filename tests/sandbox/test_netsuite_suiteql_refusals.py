from collections.abc import Iterator

import pytest

from tests.sandbox.netsuite_kit import SUITEQL_PATH, Sim, running_sim

UNPROCESSED = "Invalid search query. Detailed unprocessed description follows. "


@pytest.fixture(scope="module")
def sim() -> Iterator[Sim]:
    """Queries change nothing, so that all tests share one."""
    with running_sim() as running:
        yield running


def detail(sim: Sim, query: str, *params: object) -> str:
    answer = sim.suiteql(query, *params)
    assert answer.status_code == 400
    [error] = answer.json()["o:errorDetails"]
    assert (error["o:errorQueryParam"], error["o:errorCode"]) == ("q", "INVALID_PARAMETER")
    return str(error["detail"]).removeprefix(UNPROCESSED)


def test_an_unknown_column_has_the_live_body(sim: Sim) -> None:
    """A column of a feature that is off, such as subsidiary, is an unknown identifier."""
    answer = sim.suiteql("SELECT j.subsidiary FROM job AS j")
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1",
        "title": "Bad Request",
        "status": 400,
        "o:errorDetails": [
            {
                "detail": UNPROCESSED + "Search error occurred: Unknown identifier 'subsidiary'. "
                "Available identifiers are: {j=job}.",
                "o:errorQueryParam": "q",
                "o:errorCode": "INVALID_PARAMETER",
            }
        ],
    }


@pytest.mark.parametrize(
    "query",
    [
        "SELECT subsidiary FROM job",
        'SELECT "subsidiary" FROM job',
        "SELECT subsidiary FROM (SELECT id FROM job WHERE 1=1) j2",
    ],
)
def test_identifiers_are_those_of_the_query(sim: Sim, query: str) -> None:
    """Without an alias the table's own name is available; quotes make no text of a name."""
    text = "Search error occurred: Unknown identifier 'subsidiary'. Available identifiers are: "
    assert detail(sim, query).replace('"', "") == text + "{job=job}."


def test_an_unknown_table_has_the_live_text(sim: Sim) -> None:
    """The record type is repeated as the query spelt it."""
    assert detail(sim, "SELECT id FROM Email") == "Invalid search type: Email."


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM job LIMIT 5",
        "WITH j AS (SELECT id FROM job) SELECT id FROM j",
        "SELECT [id] FROM job",
        "SELECT id FROM job; DELETE FROM job",
        "UPDATE job SET isinactive = 'F'",
        "SELECT 1",
        "SELECT id FROM job WHERE id = ?1",
        "SELECT id FROM job WHERE id = :id",
        "SELECT id FROM job WHERE id == 4711",
        "SELECT id FROM job WHERE companyname GLOB 'A*'",
        "SELECT printf('%s', id) FROM job",
        "SELECT sqlite_version() FROM job",
        "SELECT name FROM sqlite_master",
        "SELECT name FROM pragma_table_info('job')",
        "SELECT BUILTIN.CONSOLIDATE(id) FROM job",
        "SELECT BUILTIN.DF(UPPER(id)) FROM job",
        "SELECT id FROM job FETCH FIRST 2 ROWS",
        "SELECT id FROM job WHERE companyname = CASE WHEN id = 1 THEN 'a' || 'b'",
        "SELECT id FROM job WHERE (id = 1",
        "SELECT id FROM job WHERE id = 1)",
        "SELECT id FROM job WHERE companyname = 'open",
        "SELECT TO_CHAR(startdate, 'Q') FROM job WHERE id = 4712",
        "SELECT CHR(160) FROM job",
        "SELECT id FROM job WHERE companyname = '\0'",
        "SELECT id FROM job WHERE " + "(" * 60 + "1=1" + ")" * 60,
        "",
    ],
)
def test_what_suiteql_does_not_know_is_refused(sim: Sim, query: str) -> None:
    """SQLite's own dialect, other statements and broken syntax are all one 400."""
    assert detail(sim, query) == "Search error occurred: Invalid or unsupported search."


def test_rowid_is_no_column(sim: Sim) -> None:
    """SQLite's hidden column can't be seen."""
    assert "Unknown identifier 'rowid'" in detail(sim, "SELECT rowid FROM job")


def test_in_takes_a_thousand_arguments(sim: Sim) -> None:
    """1000 work, 1001 are refused, and two lists of 1000 work."""
    marks = ",".join("?" * 1000)
    thousand = [str(n) for n in range(4000, 5000)]
    query = f"SELECT id FROM job WHERE id IN ({marks})"
    assert len(sim.items(query, *thousand)) == 2
    assert len(sim.items(f"{query} OR id IN ({marks})", *thousand, *thousand)) == 2
    too_many = f"SELECT id FROM job WHERE id IN ({marks},?)"
    assert detail(sim, too_many, *thousand, "1").endswith("unsupported search.")


@pytest.mark.parametrize("params", [[], ["1", "2"], [["1"]], [{"id": 1}], [10**30], ["\ud800"]])
def test_params_must_fit_the_query(sim: Sim, params: list[object]) -> None:
    """Too few, too many, or something that is no value."""
    assert detail(sim, "SELECT id FROM job WHERE id = ?", *params).endswith("unsupported search.")


@pytest.mark.parametrize(
    "body", ["", "[]", '{"query": "x"}', '{"q": 1}', '{"q": "x", "params": 1}']
)
def test_the_body_must_be_a_query(sim: Sim, body: str) -> None:
    """Anything but a JSON object with a text `q` is an invalid request."""
    url = sim.base + SUITEQL_PATH
    answer = sim.http.post(url, data=body, headers={"Prefer": "transient"}, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_REQUEST"
