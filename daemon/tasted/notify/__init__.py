"""Notifications on the desktop: when to send one, in which words, and through which program.

They stand on lock screens, so they hold counts alone: no name, no text of a picture, no file.
"""
