"""`python -I -m tasted.review DESCRIPTOR`: be the web child. Started by the light process alone."""

from tasted.review.serving import main

main()
