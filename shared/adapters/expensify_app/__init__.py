"""The app's own API: sync, export, and the state of what was acted on.

Private to Expensify: no contract, no versioning, no promise. Everything in this package may break
any day; it can be deleted without touching the official half (`shared.adapters.expensify_read`).
``App X`` stands for a file or issue of github Expensify/App, which is the only source there is.
What isn't to be read there says *unverified*.
"""

from shared.adapters.expensify_app.client import CALL_BUDGET, AppApi
from shared.adapters.expensify_app.sign_in import SignIn

__all__ = ["CALL_BUDGET", "AppApi", "SignIn"]
