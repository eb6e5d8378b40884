"""The one form of a NetSuite account's id."""


def one_form(account_id: str) -> str:
    """As settings name an account: NetSuite's host names write 1234567_SB1 as 1234567-sb1."""
    return account_id.upper().replace("-", "_")
