"""The light process: threads, queue, supervision, orderly stop. No heavy library is imported here.

starting         locks the home, begins an engine that is needed soon, imports the rest
supervisor       starts the threads, waits for signals, stops everything in order
scanning         the scanner: the thread that scans inbox and outbox, and fills the queue
working          the worker: the thread that asks the engine, and writes sidecars
shared           what the threads share, and how commands ask for something
forgetting       erases what is kept of pictures
announcer        the thread that shows notifications
match_hook       the thread that runs the user's program for new matches
transferring     exports and imports what was learnt
one_shot         the same work for one command, without threads
service_mode     waits, as a service, for what a person has to fix
leftovers        removes what interrupted runs left behind
main_wakeup      wakes the main thread
sd_notify        tells systemd that the daemon is alive
engine_and_page  builds engine and page of a home, for supervisor and one_shot
"""

import tasted.system.plain_structlog  # noqa: F401 - before any module that logs
