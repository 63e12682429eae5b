"""What a screenshot says. In this step: the text file beside it."""
