"""One home: where its files are, who owns it, and the small files that processes share through it.

layout         where everything is, and how a home is found
identity       distinguishes it from another home at the same path
lock           gives it one owner
folder_locks   keep two homes from sharing an inbox or outbox
label_lock     makes a label change one step
status         what the daemon says of itself, and what the engine published
json_records   parse such files, which anybody may have edited
ignored        pictures that were forgotten and left in the inbox
crash_reports  what to report of an unexpected exception
"""
