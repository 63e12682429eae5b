"""A folder full of files → the settled ones that need work; and label changes. No heavy library.

listing, trusted_listing   one look at the whole inbox              naming, first_bytes, companions
watcher, observers         events as hints to look                  watchdog
settling, endings          when a file has finished being written   pure
reconcile, due_profiles    files + sidecars → what needs work       pure; START HERE
profiles, people           which folders are one person             unlike_photos: a file of state
present_references         which references count                   pure; absence: what is gone
change_label               like, reject, undo                       find_copies, moving
change_profile_label       the same for a folder of one person
access                     what this process may read               opens files
"""
