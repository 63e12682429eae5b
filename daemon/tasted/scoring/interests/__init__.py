"""The user's interests in a bio: the same words, inflected words, and similar phrases. Pure."""
