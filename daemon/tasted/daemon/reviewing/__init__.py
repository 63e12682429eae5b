"""The light process's side of the page: the listening socket, the web child, and its calls.

listening       the socket on the loopback address
web_child       the process of the page: start, frames, end
door            one thread: starts the child for the first visitor, hands it what it asks for
lanes           threads on which calls are carried out
review_service  what each call means
"""
