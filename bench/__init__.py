"""Benchmarks: one file per subject, each returning rows of the table that `make bench` prints.

- command_line: what a person waits for at the prompt
- warm: one file in a warm daemon, then some hundred at once
- idle: what a daemon costs that has nothing to do
- burst: ten thousand files at once
- restart: a start with ten thousand finished sidecars
- soak: memory and descriptors while engines come and go
- homes: the daemon on a temporary home, and its pictures
- processes: what the system says of a process
"""
