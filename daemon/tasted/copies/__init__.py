"""Whether two references show the same picture. Pure numpy.

perceptual_hash   the hash of one view, made once from its pixels
alignment         one hash laid over another where they fit best
finding           START HERE: which of many references are copies of each other
"""
