"""The operator's commands: settings from files into the table, the kill switch, parked events.

files ─▶ sheet ─▶ check ─▶ plan ─▶ push ─▶ the table
         (pure)   (pure)   (pure)          and parked events back to intake

They run on the operator's machine with the operator's credentials. Nothing of this is packaged.
"""
