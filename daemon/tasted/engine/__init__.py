"""The process that loads the model: READ ME FIRST is `pipeline`.

starting        the process: the model first, everything else meanwhile
model_opening   from the settings to an embedder
incoming        what the light process sends, also amid a batch
serving         its two pipes to the light process, until they close
server          what is answered to each request
assembly        puts library, embedder, reader, judge and pipeline of one home together
pipeline        one batch, from settled files to documents
item            one file on its way through the pipeline
stages          takes items through a stage: whose fault it is when something is raised
preparing       from files to vectors and texts: reads, recalls, hands on to workers
workers         equal threads, each with a few items of the batch
looking         what a worker does with them: decode, read the text, embed
findings        what was found, on its way into the library
reading_files   a file of the inbox, read once, and the text beside it
embed_and_read  from decoded pictures to vectors of their parts, and to their text
profiles        several photos scored as one
documents       from what is known to the sidecar that says it
known_pictures  what is known of pictures without opening one: origins, texts, unlike folders
publishing      which references count, and the taste that results
candidate       another model beside the one in force
model_desk      that model, step by step until it decides
"""

import tasted.system.plain_structlog  # noqa: F401 - before any module that logs
