"""The machine below: what tasted needs of the operating system.

files           atomic writes, bounded reads, content ids
folder_entries  the entries of large folders
platform        what differs between macOS and Linux
clock           times within what a calendar can do
logs            one JSON object a line, rotated; and a readable form for a terminal
packages        which version of a library is installed
garbage         imports without looking for garbage
plain_structlog imports structlog without what only others need
power           whether the machine saves power; priority: lets bulk work yield to everything else
machine_faults  what an exception says about the machine: memory, files, disk, modules
faultpoints     named places where a test can kill or hang this process
"""
