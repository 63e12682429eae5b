"""A large tree of pictures, scored where it lies: engines of its own, and sidecars of its own.

shipped_taste  what decides in a home, as a folder by which any machine scores
scoring        one engine that scores files of a tree by it: START HERE

Nothing is written into the tree, the library or the lock of a home. A daemon may run meanwhile.
"""
