"""SuiteQL over `job` and `customer`, evaluated for real: translated to SQLite and run on the account's rows.

Oracle section_157909186990 (over REST), article_0824094533 and section_156257796125 (syntax),
section_158513731864 (functions). Simulated is what a client of these needs: SELECT with WHERE,
joins, GROUP BY, ORDER BY, FETCH FIRST, BUILTIN.DF and the functions in ``functions.py``. The rest
answers 400 "Invalid or unsupported search", never a result that NetSuite wouldn't give; ROWNUM,
SYSDATE and the date arithmetic of Oracle are among it.
"""

from sandbox.netsuite.suiteql.run import Snapshot, run, tables

__all__ = ["Snapshot", "run", "tables"]
