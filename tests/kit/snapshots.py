"""A status of a daemon in which every field says something."""

from tasted.home.status import (
    AccessReport,
    FaultReport,
    LastError,
    PlainFolder,
    QueueReport,
    Status,
    WatchReport,
)

FULL = Status(
    pid=1,
    state="blocked",
    started_at="2026-11-23T17:05:00+00:00",
    heartbeat_at="2026-11-23T17:06:00+00:00",
    version="0.1.0",
    model="pocket",
    engine_pid=2,
    queue=QueueReport(1, 2, 3, 4, 5, 6, 7, per_minute=8.5, seconds_left=9.0),
    fault=FaultReport("disk_full", "The disk is full.", "Free some space."),
    settings_error=FaultReport("config_invalid", "config/tasted.toml, line 3: ...", "Mend it."),
    last_error=LastError("anna/\udcff.png", "empty", "It is empty.", "Take it again."),
    last_scored="anna/1.png",
    counts={"scored": 3},
    ignored={"link": 1},
    watch=WatchReport("polling", "the inbox is on nfs4", losses=2, restarts=3),
    access=AccessReport("/opt/python3.11", "EPERM", "/home/inbox", opened_file=True),
    restless=("b.png",),
    contradictions=("liked/a.png",),
    next="Like 2 and reject 4 to get verdicts",
    liked=4,
    rejected=2,
    plain=(PlainFolder("big/", "too_large"),),
    plain_count=2,
)
