"""The light process: threads, queue, supervision, orderly stop. No heavy library is imported here.

- supervisor: starts the threads, waits for signals, stops everything in order
- scout: looks when something stirs, takes requests
- lookout: hears what stirs: watches, polls, starts anew when in doubt
- interruptions: whether the machine slept or its clock was set
- sighting: a look that may be believed
- survey: one look at inbox and outbox, and what follows for the queue
- live_settings: follows the settings files
- work_queue: what needs work, in the order in which it is served
- scorer: serves the queue, waits when the service is at fault
- ground: what must stand before work begins
- blaming: whose fault it is when the engine ends
- worker: hands batches to the engine, writes what comes back
- rebuilding: makes the library anew
- items: how the engine is told of a file
- requests: files through which commands ask a running daemon
- desk: what these threads share
- acting: one digest over everything but the labels that acts on scores
- reporting: status.json
- one_shot: the same worker for a command, without threads
- addresses: which paths a request may hold
- forget_order, forget_plan, forgetting: what to forget, what belongs to it, and how it is erased
- telltales: what other files tell of forgotten pictures
- ignoring: pictures that were forgotten and left in the inbox
"""
