"""The seam between the light process and the engine: messages in frames on pipes.

messages           every request and answer as a class
batch_messages     those about the batch that the engine has in hand
asking_messages    those for somebody who is judging pictures
backfill_messages  those for pictures that lie elsewhere; `shipped_facts`: by which taste
encoding           those as JSON objects, and back
framing            length-prefixed JSON on pipes
client             starts the engine on demand, asks it, and ends it
batch_in_hand      what is answered of a batch; whether it goes on or ends early
engine_start       its process, begun at once or a little before it is needed
child_environment  what its libraries read of the environment
crash_attribution  whose fault it is when the engine ends over a file
"""
