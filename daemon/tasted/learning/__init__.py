"""What was learnt, kept on disk: START HERE.

version      one fitted taste with all that it was fitted to, as bytes      pure
versions     the folder of them                                             touches `.tasted/tastes`
"""
