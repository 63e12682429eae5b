"""A large tree of pictures, scored where it lies: engines of its own, and sidecars of its own.

shipped_taste  what decides in a home, as a folder by which any machine scores
scoring        one engine that scores files of a tree by it: START HERE
ray_run        the same by several machines: a cluster, each machine of which has a remote_scoring
object_store   a tree in a store (s3://), of which fetching makes passing files in a scratch folder

Nothing is written into the tree, the library or the lock of a home. A daemon may run meanwhile.
"""
