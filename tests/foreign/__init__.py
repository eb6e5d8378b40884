"""NetSuite clients that aren't ours, in environments of their own, against the simulator."""
