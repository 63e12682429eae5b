"""The thread that scans inbox and outbox when something changes, and fills the queue.

scanner        the loop of the thread: scans, follows settings, takes requests
scan           one scan of inbox and outbox, and what follows for the queue
watch          notices changes: watches or polls, and restarts when in doubt
live_settings  reloads settings files that were saved
power_hold     holds the backlog while the machine saves power
known_files    what sidecars tell of the files that were seen
gone_files     marks the sidecars of pictures that are gone, and removes them later
"""
