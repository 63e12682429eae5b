"""From a folder full of files to a list of settled ones that need work. No heavy library here."""
