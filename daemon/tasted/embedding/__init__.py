"""What turns pixels and words into unit vectors. This file imports nothing, so a light process may.

`weights` finds a model's folder with the standard library alone; `opening` loads it with torch;
`fetch` is the only module of the program that opens a network connection.
"""
