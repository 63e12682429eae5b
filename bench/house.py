"""How large the house is: rooms, files, lines, classes, class names with two meanings.

`python -m bench.house [FOLDER]` counts a checkout, this one by default. Reads source files only.
"""

import ast
import sys
from collections import Counter
from pathlib import Path

_HERE = Path(__file__).parents[1]


def sources(folder: Path) -> dict[Path, str]:
    """Return the text of every Python file below a folder."""
    return {file: file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.py"))}


def class_names(texts: dict[Path, str]) -> Counter[str]:
    """Count the names of classes at the top of their files."""
    return Counter(
        node.name
        for text in texts.values()
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    )


def lines(texts: dict[Path, str]) -> int:
    """Count lines, empty ones and comments too."""
    return sum(len(text.splitlines()) for text in texts.values())


def main() -> None:
    """Print what is counted."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else _HERE
    package = root / "daemon" / "tasted"
    source, tests = sources(package), sources(root / "tests")
    rooms = {path for path in package.iterdir() if path.is_dir() or path.suffix == ".py"}
    rooms = {path for path in rooms if not path.name.startswith("_")}
    classes = class_names(source)
    print(f"rooms at the top        {len(rooms)}")
    print(f"files of the package    {len(source)}")
    print(f"lines of the package    {lines(source)}")
    print(f"lines of the tests      {lines(tests)}")
    print(f"classes                 {classes.total()}")
    print(f"names with two meanings {sum(count > 1 for count in classes.values())}")


if __name__ == "__main__":
    main()
