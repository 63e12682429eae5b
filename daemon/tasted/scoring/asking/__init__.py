"""Which pictures to ask the user about, and what an answer changes at once. Pure numpy."""
