"""The pages: templates, a style sheet and one script, and what fills them. START HERE is `routes`.

frame        what every page has: its links, the keys, what is told at the top
review       one card, three answers
gallery      results as tiles
result       one result with everything about it
versions     taste versions, two of them side by side
history      sessions, answers and the end of a session
told_events  one event of the log
words        sentences about counts, spans and answers
rendering    a page from a template
static_files style sheet, script and icon, as a browser asks for them

Whatever a page shows comes from the bodies of `review.api`; none of them reads a file of a home.
"""
