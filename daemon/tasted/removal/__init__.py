"""What an installation left on a machine, with its size, and how each of it is removed: START HERE.

trace       one thing that was left                               pure
outside     login item, place of screenshots, completion, locks   asks launchd or systemd, defaults
weights     models that `tasted models pull` fetched              the hub's cache
home_files  results, state, settings, and pictures                the home
"""
