"""Gathers what is known about one screenshot and has a scorer weigh it: START HERE.

judged               the answer of any scorer, and the user's preferences        pure
seed                 the fixed formula over the current library                  reads the library
taste                a fitted taste version                                      keeps versions
neighbours           its references, in the library's neighbour table            fills the library
fitting              from references and history to a taste version              reads the library
counted_labels       what counts as one label: a picture, or a profile           reads the library
stated_preferences   traits and interests, measured on pictures and bios         embeds texts
unlike               photos of one folder that do not look alike                 pure
version              one fitted taste with everything it was fitted to           pure
versions             the folder of versions                                      `.tasted/tastes`
"""
