"""Models on this machine. Stdlib only, no torch: the light process may use all of it.

weights       which model a setting means, and where it is; the front of this room
folder        a model's folder, checked before anything is loaded
weights_file  its large file, checked by its header
fingerprint   one digest of everything that decides a vector
verdicts      how near OpenVINO's vectors of a model are to torch's
runtime_choice   which runtime computes a model, and in which precision
registry      `.tasted/models.json`
"""
