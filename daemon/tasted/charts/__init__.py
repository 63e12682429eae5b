"""Charts as SVG, for a person to look at.

canvas         paper, ink and shapes
reliability    how far probabilities can be trusted
ranking        the user's references, best first
"""
