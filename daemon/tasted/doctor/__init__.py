"""Checks everything in an installation and tells the fix: START HERE.

finding           the result of one check                            pure
facts             everything that is known before the checks         pure
home_facts        looks at the home, its model and its library       reads files, runs a process
service_facts     looks at the login item                            asks launchd or systemd
checks_*          facts → findings, one small function per check     pure
diagnosis         all checks, in the order in which to fix things    pure
notification      shows a test notification, when asked              runs the desktop's program
repair            installs the login item again                      asks launchd or systemd
"""
