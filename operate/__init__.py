"""The operator's commands: settings from files into the table, the kill switch, parked events, the
release of what was held back.

files ─▶ sheet ─▶ check ─▶ plan ─▶ push ─▶ the table
         (pure)   (pure)   (pure)          and parked events back to intake
the table ─▶ held_back ─▶ release ─▶ the table
             (pure)

They run on the operator's machine with the operator's credentials. Nothing of this is packaged.
"""
