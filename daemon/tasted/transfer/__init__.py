"""Taking a taste to another home: START HERE. One file holds all that it was learnt from.

exporting    writes the file
importing    takes it in: checks everything, then stages it for the owner, then places pictures
archive      the file itself: a zip with checksums, written and read within bounds
answers      the feedback log as it travels
label_files  the pictures and texts of the label folders: which travel, and where they go
staging      `.tasted/transfer`, where command and owner hand things over
"""
