"""A deterministic, seeded simulation of the whole service, and the checker of its invariants."""
