"""`python -m tasted`: the command line, for when the console script is not on PATH."""

from tasted.cli.main import run

if __name__ == "__main__":
    run()
