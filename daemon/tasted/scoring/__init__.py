"""How likely a user is to like a screenshot, and why. Pure numpy: no file is touched.

taste        learns from likes and rejects; START HERE, at `taste.fit`
traits       wanted traits as directions between texts, measured on pictures and bios
interests    what a bio names and does not negate, in the same words or in similar ones
weighing     all of it as parts of one logit, under the user's weights, and in sentences
seed         the fixed formula that tasted began with, and its sentences
unit_rows    rows of vectors with and without their common mean
"""
