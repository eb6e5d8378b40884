"""The stand-in for an address wherever addresses must not be: keys, queues, logs."""

import hashlib

from shared.domain.announce import OPERATORS


def person_key(address: str) -> str:
    """32 hex characters; the operators, who have no address, stay readable."""
    if address == OPERATORS:
        return OPERATORS
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:32]
