from tests.template.reading import resources, template

TABLE = resources("AWS::DynamoDB::Table")["Table"]
INDEXES = {index["IndexName"]: index for index in TABLE["GlobalSecondaryIndexes"]}


def _keys(described: list[dict[str, str]]) -> list[str]:
    return [key["AttributeName"] for key in described]


def test_there_is_one_table_and_it_scales_by_itself() -> None:
    """On demand: a storm is the normal case."""
    assert list(resources("AWS::DynamoDB::Table")) == ["Table"]
    assert TABLE["BillingMode"] == "PAY_PER_REQUEST"
    assert _keys(TABLE["KeySchema"]) == ["pk", "sk"]


def test_table_can_be_restored_and_outlives_the_stack() -> None:
    """It says which reports we exported: losing it could double a payment."""
    resource = template()["Resources"]["Table"]
    assert TABLE["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert TABLE["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_table_is_encrypted_and_forgets_finished_work() -> None:
    """Encryption with a key that shows in the account; TTL by the attribute `ttl`."""
    assert TABLE["SSESpecification"] == {"SSEEnabled": True}
    assert TABLE["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def test_work_index_lists_whole_cases() -> None:
    """One query gives a workspace's cases in a phase."""
    assert _keys(INDEXES["work"]["KeySchema"]) == ["work", "pk"]
    assert INDEXES["work"]["Projection"] == {"ProjectionType": "ALL"}


def test_due_index_carries_the_sweeps_needs_and_nothing_else() -> None:
    """The sweep reads many rows every minute, and only whom to wake."""
    assert _keys(INDEXES["due"]["KeySchema"]) == ["due_bucket", "due"]
    assert INDEXES["due"]["Projection"] == {
        "ProjectionType": "INCLUDE",
        "NonKeyAttributes": ["row_kind", "row_key"],
    }
