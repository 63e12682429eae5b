"""What the threads of the daemon share, and how commands ask for something.

shared_state   all of it in one object
work_queue     what needs work, in the order in which it is served
engine_lane    what other threads ask of the engine
fault_board    which thread sees which fault
wakeups        how scanner and worker pause, and what wakes them
published_taste  whether the published taste still stands
turn_timer     whether the scanner makes progress
reporting      what status.json says; status_file writes it
requests       files through which commands ask a running daemon
forget_order   what `tasted forget` asks for
folders_file   which folders of the inbox are known, to prove that a picture is gone
config_digest  one digest over everything but the labels that decides scores
ignored_files  passes over pictures that were forgotten but left in the inbox
"""
