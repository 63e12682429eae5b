"""`tasted review --terminal`: judging pictures in a terminal. START HERE: `review`.

review       the loop: a card, a key, an answer
api_client   the HTTP API, as every script has it: the page's queue, answers, undo
prefetching  fetches the next pictures while one is looked at
keyboard     bytes of a terminal → keys of the page
session      what was answered, in which order, and what is still to be sent
drawing      how a terminal shows a picture: kitty, iTerm2, half-blocks, or not at all
plain_png    PNG bytes → rows of pixels, for the half-blocks
words        every line on the screen
terminal     the terminal itself: raw keys, size, and leaving it as it was

Its own process, with the standard library alone; it knows the daemon only by its HTTP API.
"""
