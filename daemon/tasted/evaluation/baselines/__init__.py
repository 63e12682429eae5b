"""Simple scorers to compare the taste with: nearest neighbours and centroids. Pure."""
