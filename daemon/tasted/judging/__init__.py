"""Gathers what is known about one screenshot and has a scorer weigh it: START HERE.

judged               the answer of any scorer, and the user's preferences        pure
seed                 the fixed formula over the current library                  reads the library
taste                a fitted taste version                                      reads the library
current_taste        which one: found, fitted, kept, or held                     keeps versions
neighbours           its references, in the library's neighbour table            fills the library
fitting              from references and history to a taste version              reads the library
counted_labels       what counts as one label: a picture, or a profile           reads the library
stated_preferences   traits and interests, measured on pictures and bios         embeds texts
unlike               photos of one folder that do not look alike                 pure
chosen               the version that a person chose, or the newest              keeps versions
comparing            two versions on the same pictures and answers               reads the library
version              one fitted taste with everything it was fitted to           pure
loaded_version       one in memory, ready to weigh pictures                      pure
fit_record           what one was fitted to, by content ids                      pure
version_figures      how well one tells likes from rejects                       pure
keeping              which are kept whole                                        pure
version_files        the files of versions                                       `.tasted/tastes`
versions             what is done with them                                      `.tasted/tastes`
"""
