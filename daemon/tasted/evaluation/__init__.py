"""`tasted evaluate`: the user's own references, each judged by all the others.

evaluate             START HERE
references           the labels, read from the folders
embedding            their vectors, from the library or computed now
judgements           one judgement per picture; `metrics` measures them
learning_curve       what more labels would bring
baselines            scorers to compare with; `seed_leave_one_out` is the fixed formula
agreement, report    the result in counts, sentences and JSON
drawing              the result as charts
"""
