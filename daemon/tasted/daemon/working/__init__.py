"""The thread that works: it takes batches from the queue, asks the engine, and writes the answers.

loop               serves the queue, and waits when the service is at fault
worker             hands a batch to the engine and writes what comes back
publish_taste      has a taste published for the references that are present
asked_batch        which of its files are answered, and which the engine goes on with
engine_requests    builds what is sent to the engine
answer_writer      writes answers as they come, beside the engine
results            a sidecar for each answer, if the file is still what was scored
profiles           the same for folders of several photos
rebuild            makes a new library
"""
