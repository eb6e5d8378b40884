"""The one place where adapters are built: a module per function, so that each loads only its own.

Everything is made once per warm function.
"""
