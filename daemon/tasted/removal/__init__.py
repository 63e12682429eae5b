"""What an installation leaves on a machine, with sizes, and how it is removed: START HERE.

trace       one thing that was left                               pure
outside     login item, screenshot folder, quick actions,         asks launchd or systemd, defaults;
            completion, locks, downloaded models                  the hub's cache
home_files  results, state, settings, and pictures                the home
"""
