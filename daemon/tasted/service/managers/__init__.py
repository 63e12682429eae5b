"""launchd and systemd behind one interface.

service_manager    the interface: install, start, stop, state        a Protocol
choosing           the manager of this system
launchd, systemd   the order of the steps                            through `programs`
launchctl_print, systemctl_show   their answers → condition          pure
condition          the state of a service, in shared terms           pure
starting           waits for the first heartbeat
programs           runs a program to its end                         the door of `subprocess`
"""
