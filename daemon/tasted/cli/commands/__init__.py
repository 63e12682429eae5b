"""A file for each command or family of commands. Heavy imports stand inside the commands.

`capture`, `consequences`, `forget_targets` and `result_rows` are parts of a command.
"""
