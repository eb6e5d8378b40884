from collections.abc import Iterator

import pytest

from tests.sandbox.netsuite_kit import SUITEQL_PATH, Sim, running_sim


@pytest.fixture(scope="module")
def sim() -> Iterator[Sim]:
    """Queries change nothing, so that all tests share one."""
    with running_sim() as running:
        yield running


def test_a_page_has_netsuites_shape(sim: Sim) -> None:
    """Values are texts, booleans T and F, and each item has its empty links."""
    query = "SELECT id, entityid, isinactive, allowexpenses FROM job WHERE id = ?"
    answer = sim.suiteql(query, "4711")
    assert answer.headers["Content-Type"].startswith("application/vnd.oracle.resource+json")
    assert answer.json() == {
        "links": [{"rel": "self", "href": f"{sim.base}{SUITEQL_PATH}?limit=1000&offset=0"}],
        "count": 1,
        "hasMore": False,
        "items": [
            {
                "links": [],
                "id": "4711",
                "entityid": "P-4711",
                "isinactive": "T",
                "allowexpenses": "T",
            }
        ],
        "offset": 0,
        "totalResults": 1,
    }


def test_null_columns_are_left_out(sim: Sim) -> None:
    """A project without a status has no such key, rather than a null or a default."""
    assert sim.items("SELECT id, entitystatus, enddate FROM job WHERE id = 90") == [{"id": "90"}]


def test_builtin_df_gives_the_text_of_a_reference(sim: Sim) -> None:
    """Status, parent and customer have texts; a sub-project's customer is its parent's."""
    query = """
        SELECT j.id, BUILTIN.DF(j.entitystatus) AS status, BUILTIN.DF(parent) AS parent,
               j.customer, BUILTIN.DF( j.customer ) customername
        FROM job j ORDER BY j.id"""
    assert sim.items(query) == [
        {"id": "90", "parent": "Apollo Rollout", "customer": "88", "customername": "Acme Corp"},
        {
            "id": "4711",
            "status": "In Progress",
            "parent": "Acme Corp",
            "customer": "88",
            "customername": "Acme Corp",
        },
        {"id": "4712", "status": "Closed"},
    ]


def test_builtin_df_can_be_searched_by(sim: Sim) -> None:
    """The public idiom for closed projects finds them."""
    query = "SELECT id FROM job j WHERE UPPER(BUILTIN.DF(j.entitystatus)) LIKE '%CLOSED%'"
    assert sim.items(query) == [{"id": "4712"}]


def test_ids_are_numbers(sim: Sim) -> None:
    """They sort by value, and compare with bound texts and numbers alike."""
    query = "SELECT id FROM job WHERE id IN (?, ?, ?) ORDER BY id"
    assert sim.items(query, "4712", 90, "4711") == [{"id": "90"}, {"id": "4711"}, {"id": "4712"}]


@pytest.mark.parametrize(
    ("condition", "param", "found"),
    [
        ("companyname = ?", "apollo rollout", False),
        ("companyname = ?", "Apollo Rollout", True),
        ("companyname LIKE ?", "apollo%", False),
        ("UPPER(companyname) = ?", "APOLLO ROLLOUT", True),
        ("REPLACE(UPPER(companyname), ' ', '') = ?", "APOLLOROLLOUT", True),
        ("REGEXP_REPLACE(companyname, '[aeiou]+', '') = ?", "Apll Rllt", True),
        ("entityid || ' ' || companyname = ?", "P-4711 Apollo Rollout", True),
        ("BUILTIN.DF(customer) || ' : ' || companyname = ?", "Acme Corp : Apollo Rollout", True),
        ("isinactive = ?", True, True),
        ("NVL(externalid, 'none') = ?", "none", True),
        ("NVL2(externalid, 'some', 'none') = ?", "none", True),
        ("CONCAT(entityid, externalid) = ?", "P-4711", True),
        ("LOWER(companyname) = ?", "apollo rollout", True),
        ("TO_NUMBER(REPLACE(entityid, 'P-')) = ?", 4711, True),
        ("TO_NUMBER(externalid) IS NULL AND 1 = ?", 1, True),
        ("TO_CHAR(id) = ?", "4711", True),
        ("TO_CHAR(startdate, 'YYYY') IS NULL AND 1 = ?", 1, True),
        ("TO_CHAR(lastmodifieddate) = ?", "9/21/2026", True),
        ("TO_DATE(externalid, 'YYYY') IS NULL AND 1 = ?", 1, True),
        ("SYS_EXTRACT_UTC(startdate) IS NULL AND 1 = ?", 1, True),
        ("externalid = ?", "", False),
        ("REPLACE(companyname, ' ', UNISTR('\\00A0')) = ?", "Apollo\u00a0Rollout", True),
        ("REPLACE(companyname, ' ', CHR(49824)) = ?", "Apollo\u00a0Rollout", True),
    ],
)
def test_texts_compare_as_in_oracle(sim: Sim, condition: str, param: object, found: bool) -> None:
    """Case counts, and an empty text is null."""
    query = f"SELECT id FROM job WHERE id = 4711 AND {condition}"
    assert sim.items(query, param) == ([{"id": "4711"}] if found else [])


def test_upper_knows_all_letters(sim: Sim) -> None:
    """UPPER isn't limited to ASCII."""
    query = "SELECT UPPER(companyname) AS name FROM job WHERE id = 4712"
    assert sim.items(query) == [{"name": "STRASSE <B>"}]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("BUILTIN.DF(parent) || ' : ' || entityid", " : P-4712"),
        ("(parent) || CASE WHEN parent IS NULL THEN 'x' || parent ELSE 'y' END", "x"),
        ("UPPER(externalid) || 'a'", "a"),
        ("j.externalid || 'b'", "b"),
    ],
)
def test_joining_texts_takes_null_as_empty(sim: Sim, expression: str, value: str) -> None:
    """`||` with a null operand keeps the other operand, as in Oracle."""
    query = f"SELECT {expression} AS joined FROM job j WHERE id = 4712"
    assert sim.items(query) == [{"joined": value}]


def test_dates_come_in_the_accounts_format_unless_asked_for(sim: Sim) -> None:
    """Raw date-times lose their time; TO_CHAR has it; UTC takes SYS_EXTRACT_UTC."""
    query = """
        SELECT lastmodifieddate, startdate, TO_CHAR(startdate, 'YYYY-MM-DD') AS day,
               TO_CHAR(lastmodifieddate, 'YYYY-MM-DD"T"HH24:MI:SS') AS local,
               TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS utc
        FROM job WHERE id = 4712 AND startdate >= TO_DATE('2026-03-02', 'YYYY-MM-DD')"""
    assert sim.items(query) == [
        {
            "lastmodifieddate": "9/21/2026",
            "startdate": "3/2/2026",
            "day": "2026-03-02",
            "local": "2026-09-21T06:13:20",
            "utc": "2026-09-21T14:13:20Z",
        }
    ]


def test_fetch_first_limits_the_query_itself(sim: Sim) -> None:
    """Rows cut by FETCH FIRST aren't in the total either."""
    query = "SELECT id FROM job ORDER BY id FETCH FIRST 2 ROWS ONLY"
    assert sim.suiteql(query).json()["totalResults"] == 2


def test_subqueries_and_groups_work(sim: Sim) -> None:
    """The real evaluation goes beyond one table and one condition."""
    query = """
        SELECT isinactive, COUNT(*) AS n FROM job
        WHERE id IN (SELECT j.id FROM job j JOIN job p ON p.id = j.parent OR p.id = j.id)
        GROUP BY isinactive ORDER BY isinactive"""
    assert sim.items(query) == [{"isinactive": "F", "n": "2"}, {"isinactive": "T", "n": "1"}]


def test_names_come_in_lower_case(sim: Sim) -> None:
    """Aliases don't keep their case, and expressions without one are numbered."""
    query = 'SELECT id AS "ProjectId", UPPER(entityid), COUNT(*) FROM job WHERE id = 90 GROUP BY id'
    assert sim.items(query) == [{"projectid": "90", "expr1": "P-90", "expr2": "1"}]


def test_pages_follow_each_other_by_links(sim: Sim) -> None:
    """Each page says where it is, and the first and last say what is missing."""
    query = "SELECT id FROM job ORDER BY id"
    pages = [sim.suiteql(query, page=f"?limit=1&offset={n}").json() for n in range(3)]
    assert [page["items"][0]["id"] for page in pages] == ["90", "4711", "4712"]
    assert [page["hasMore"] for page in pages] == [True, True, False]
    assert [[link["rel"] for link in page["links"]] for page in pages] == [
        ["next", "last", "self"],
        ["next", "last", "prev", "first", "self"],
        ["prev", "first", "self"],
    ]
    assert pages[0]["links"][1]["href"].endswith("?limit=1&offset=2")
    assert [(p["count"], p["offset"], p["totalResults"]) for p in pages][2] == (1, 2, 3)


@pytest.mark.parametrize(
    ("page", "param"),
    [
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=x", "limit"),
        pytest.param("?limit=" + "9" * 5000, "limit", id="huge"),
        ("?limit=2&offset=3", "offset"),
        ("?limit=1&offset=1000", "offset"),
        ("?offset=-1", "offset"),
    ],
)
def test_pages_have_bounds(sim: Sim, page: str, param: str) -> None:
    """Limits of 1 to 1000, and offsets that are multiples of them."""
    answer = sim.suiteql("SELECT id FROM job", page=page)
    assert answer.status_code == 400
    assert answer.json()["o:errorDetails"][0]["o:errorQueryParam"] == param


def test_prefer_transient_is_required(sim: Sim) -> None:
    """Without the header a good query is a 400 in the real error's shape."""
    answer = sim.suiteql("SELECT id FROM job", Prefer="respond-async")
    assert answer.status_code == 400
    assert answer.json()["o:errorDetails"][0]["o:errorHeader"] == "Prefer"
    assert sim.suiteql("SELECT id FROM job", Prefer="wait=5, Transient").status_code == 200


def test_the_journal_has_the_query_and_how_many_params(sim: Sim) -> None:
    """Not the parameters themselves."""
    query = "SELECT id FROM job WHERE id IN (?, ?)"
    sim.suiteql(query, "4711", "4712", page="?limit=5")
    entry = sim.journal()[-1]
    assert entry["params"] == {"limit": "5", "q": query, "params": 2}
    assert (entry["path"], entry["at"]) == (
        f"/1234567-sb1{SUITEQL_PATH}",
        "2026-09-21T14:13:20.000Z",
    )
