"""The feedback log: what was answered, and what the taste had guessed. START HERE is `events`.

events    one line of the log, and what is valid in it
reading   what the segments on disk hold; changes nothing
log       the one writer: appends durably, erases
history   what follows from the events: judgements, sessions, guesses that came true
standing  the same judgements, kept up to date event by event
carried_out  up to which event the label folders are as the log says
intents   answers of commands, before the owner of the log has taken them in
"""
