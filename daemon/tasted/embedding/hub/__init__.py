"""Downloads models from the Hugging Face hub. The only code that opens a network connection.

fetch    `tasted models pull`: plan, download, check, record
plan     which files, how large, which are missing            asks the hub
cache    the hub's cache on disk                              stdlib only
errors   what went wrong, in words for a person               pure
"""
