"""Charts as PNG, for a person to look at. The one room besides `demo` that draws with PIL.

- canvas: paper, ink, letters and soft edges
- reliability: what probabilities are worth
- ranking: the user's references, best first
"""
