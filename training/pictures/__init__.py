"""Drawn pictures for training, demo, tests and bench: scenes, people, and the phone around them.

Everything is drawn with PIL from a seed, so that nobody's photograph is needed. Touches no file.
"""
