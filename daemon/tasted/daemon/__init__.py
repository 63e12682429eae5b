"""The light process: threads, queue, supervision, orderly stop. No heavy library is imported here.

supervisor    starts the threads, waits for signals, stops everything in order
scout         looks at inbox and outbox, decides what needs work, reports status
work_queue    what needs work, in the order in which it is served
scorer        hands batches to the engine, writes what comes back
requests      files through which commands ask a running daemon
desk          what these threads share
"""
