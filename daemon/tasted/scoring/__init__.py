"""What a screenshot is worth to this user, and why. Pure numpy: no file is touched.

`evidence` is what is known, `seed` weighs it, `reasons` says it in sentences. `taste` learns from
labels what the user likes; start there for its parts.
"""
