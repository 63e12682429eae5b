"""Whether a challenger is better than the recipe in force. Pure but for `trial_file`.

START HERE is `evidence`: how answers become evidence that holds however often it is looked at.

differences  which answers count, and what each says
evidence     the evidence after any number of answers, and how large the difference may be
rules        what a trial does with its evidence: promote, offer, dismiss, take back
standing     how a trial stands after the answers so far
trial_file   the trials of a home, as files
identity     what the engine and the log call it
reading      all of a home, for whoever does not own it
bodies       a trial as JSON
telling      what people are told of it
"""
