"""The login item: START HERE. Everything below only reads the home's status of the daemon.

definitions    what starts and for which home, as plist or unit     pure; reads the installed file
installation   Python, package and home of a service set up now     looks at paths
preflight      refuses an installation that would not work          pure
managers       launchd and systemd: install, start, stop, ask       runs launchctl, systemctl
problems       manager's answer + heartbeat → what is wrong         pure
report         one look at all of that, for `service status`        reads files, asks the manager
capture        where macOS saves screenshots                        runs defaults
"""
