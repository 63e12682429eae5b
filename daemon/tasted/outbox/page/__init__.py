"""The page `outbox/results.html`: START HERE is `page`.

choice     which results it shows        writer   keeps the file in step with outbox and status
page       the whole document            cards    what the card of one result says
notices    what stands on top            templates   words in HTML, for this page and others
"""
