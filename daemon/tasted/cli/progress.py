"""A progress bar on stderr, when a person looks at it."""

import contextlib
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bar(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """Draw a bar; the function that it yields is told how many are completed."""
    from rich.console import Console  # noqa: PLC0415 - rich takes 0.1 s to import
    from rich.progress import Progress  # noqa: PLC0415 - as above

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda completed: progress.update(task, completed=completed)
