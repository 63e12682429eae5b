"""What a screenshot is worth to this user, and why. Pure numpy: no file is touched.

`evidence` is what is known, `seed` weighs it, `reasons` says it in sentences. `taste` learns from
labels what the user likes; start there for its parts. Beside looks it takes what is wished for:

personality   traits, usual              traits as directions between texts, on pictures and bios
interests     bio, wording, denial       what a bio names, and does not deny
              phrases, likeness          what it says that means about the same
weighing      columns, scales, left_out  all of it as parts of one logit
sentences     weighed                    the parts as a person would tell them
"""
