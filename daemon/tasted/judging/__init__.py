"""Gathers what is known of one screenshot and lets a scorer weigh it: START HERE.

judged      what any scorer answers, and the user's preferences         pure
seed        the fixed formula, by the library as it is                  reads the library
taste       a fitted taste version                                      keeps versions
fitting     from references and history to a taste version              reads the library
wishes      traits and interests, measured on pictures and bios         embeds texts
"""
