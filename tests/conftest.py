"""Hypothesis for a mutation run: few examples, always the same, nothing kept."""

from hypothesis import settings

settings.register_profile(
    "mutation", max_examples=30, derandomize=True, database=None, deadline=None
)
