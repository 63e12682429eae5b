"""tasted: a local daemon with a taste for screenshots.

Importing the package imports nothing else; `tasted.engine.pipeline` is the file to read first.
"""

__version__ = "0.1.0"
