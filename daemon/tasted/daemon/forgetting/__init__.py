"""Erasing what is kept of pictures: START HERE is `plan`.

plan      what of inbox and outbox belongs to the named pictures
erasing   carries out the plan
residues  erases what other files of the home say about them
mentions  edits the sidecar of another picture that names them
traces    finds in a text what gives a picture away
"""
