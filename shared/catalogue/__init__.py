"""The NS codes, as data: `netsuite.json` says what each means, who can put it right, and how.

Source of its facts: the articles that it names, in Expensify's help; the words are ours.
"""

from shared.catalogue.loader import catalogue

__all__ = ["catalogue"]
