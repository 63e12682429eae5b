"""The commands, one file per family. Importing this package imports nothing heavy."""
