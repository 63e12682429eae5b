"""What is wrong with an installation and mends it: START HERE.

finding           what a check says                                  pure
facts             everything that is known before a check is made    pure
gathering         looks at the home, its model and its library       reads files, asks a process
service_facts     looks at the login item                            asks launchd or systemd
checks_*          facts → findings, each a small function            pure
diagnosis         all checks, in the order in which one mends        pure
mending           installs the login item anew, and lets it tell     asks launchd or systemd
"""
