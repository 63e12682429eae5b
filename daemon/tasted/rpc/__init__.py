"""The seam between the light process and the engine: messages in frames on pipes.

messages         every request and answer as a class
asking_messages  those for somebody who is judging pictures
encoding         those as JSON objects, and back
framing          length-prefixed JSON on pipes
client           starts the engine on demand, asks it, and ends it
"""
