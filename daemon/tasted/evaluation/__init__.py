"""`tasted evaluate`: the user's own references, judged one by one by all the others.

- evaluate: START HERE
- references: which pictures teach, and where they come from
- embedding: their vectors, from the library or made now
- report: what came of it, as JSON
- drawing: the same as charts
"""
