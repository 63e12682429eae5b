"""The demonstration: a real daemon, the pictures that it is shown, and what came of it.

The drawings in `drawings/` are made by `python -m training.demo_pictures drawings`.
"""
