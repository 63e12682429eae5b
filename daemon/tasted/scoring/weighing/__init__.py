"""Looks, traits and interests as parts of one logit, under the user's weights. Pure."""
