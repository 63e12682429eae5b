"""Drawn pictures for the demo and the tests: scenes, people in them, and the phone around them.

Everything is drawn with PIL from a seed, so that nobody's photograph has to be shipped. Touches no
file.
"""
