"""Turns pictures and texts into unit vectors. Start at `embedder`: the seam to all other rooms.

embedder     what an embedder can do                                    a Protocol
lazy         an embedder that is known before it is loaded
opening      a model's folder → an embedder, by a runtime               imports one when called
runtimes     what computes the vectors: OpenVINO, or torch              the door of torch
models       which models are on this machine; weights, fingerprint     stdlib only
hub          downloads models                                           opens the only connections
pocket       the small model in the package
"""
