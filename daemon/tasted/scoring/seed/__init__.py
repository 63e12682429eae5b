"""The fixed formula that tasted began with: evidence, formula, sentences. Pure."""
