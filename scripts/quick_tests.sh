#!/bin/sh
# Runs the quick part of the suite on the newest Python that is installed: what needs no torch.
# Touches .venv-newest. `make test` is the full run, on the Python of .venv.
set -eu
cd "$(dirname "$0")/.."

venv=".venv-newest"
rooms="tests/test_plain_dataclass.py tests/scoring tests/config tests/inbox tests/outbox tests/notify tests/charts"

newest=""
for minor in 13 12 11; do
    for candidate in "python3.$minor" "$HOME"/.pyenv/versions/3."$minor".*/bin/python; do
        if [ -z "$newest" ] && "$candidate" -c '' 2>/dev/null; then
            newest="$candidate"
        fi
    done
done
if [ -z "$newest" ]; then
    echo "No Python 3.11, 3.12 or 3.13 is installed: the quick tests need one." >&2
    exit 1
fi
echo "The quick tests, with $("$newest" --version 2>&1)"
"$newest" -m venv --clear "$venv"
"$newest" - >"$venv/requirements.txt" <<'PYTHON'
import re
import tomllib

heavy = {"torch", "transformers", "tasted"}
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
for line in project["dependencies"] + project["optional-dependencies"]["dev"]:
    if re.match(r"[\w-]+", line)[0] not in heavy:
        print(line)
PYTHON
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --requirement "$venv/requirements.txt"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-deps --editable .
# shellcheck disable=SC2086  # a list of folders
"$venv/bin/python" -m pytest -q --numprocesses=auto $rooms
