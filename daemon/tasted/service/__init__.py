"""The login item: what launchd or systemd is told, how it is asked, and what its answers mean.

Knows of a daemon only what `status.json` and `blocked.json` of its home say.
"""
