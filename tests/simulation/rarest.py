"""Where in the table a run dies so seldom at an effect that it has to be aimed at more often than that.

Weights beside those of `themes`, as counted in twenty thousand histories: with these each cell and
effect come together more than a hundred times in a million.
"""

from collections.abc import Mapping

RAREST: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("EXPORTED", "waiting"): {"accounts.keep": 3},
    ("EXPORTED", "in_flight"): {"app.export": 10},
    ("EXPORTED", "person"): {
        "accounts.keep": 3,
        "wakes.wake": 2,
        "notices.put": 2,
        "app.start_sync": 20,
        "app.export": 16,
    },
    ("IN_NETSUITE", "waiting"): {"accounts.keep": 8, "accounts.ask": 5, "app.start_sync": 40},
    ("IN_NETSUITE", "in_flight"): {
        "accounts.keep": 6,
        "accounts.ask": 5,
        "app.start_sync": 10,
        "app.export": 14,
    },
    ("IN_NETSUITE", "person"): {
        "accounts.keep": 4,
        "accounts.ask": 5,
        "notices.put": 4,
        "bus.publish": 3,
    },
    ("SAID_TO_EXIST", "waiting"): {"app.start_sync": 14, "app.export": 12},
    ("SAID_TO_EXIST", "person"): {"accounts.ask": 5, "app.export": 11},
    ("MARKED", "in_flight"): {"app.export": 14},
    ("MARKED", "person"): {
        "accounts.keep": 4,
        "rows.pull": 3,
        "wakes.wake": 2,
        "notices.put": 2,
        "app.start_sync": 9,
        "app.export": 12,
    },
    ("PROJECT_REFUSED", "waiting"): {"app.start_sync": 12},
    ("PROJECT_REFUSED", "in_flight"): {"app.export": 16},
    ("PROJECT_REFUSED", "person"): {"accounts.keep": 3},
    ("OTHER_REFUSED", "waiting"): {"accounts.keep": 3, "app.start_sync": 9, "app.export": 12},
    ("OTHER_REFUSED", "person"): {"app.start_sync": 10},
    ("NOT_APPROVED", "person"): {"app.export": 12},
    ("ABSENT", "waiting"): {
        "accounts.keep": 5,
        "accounts.ask": 6,
        "app.start_sync": 24,
        "app.export": 10,
    },
    ("UNREADABLE", "person"): {"app.export": 16},
}
