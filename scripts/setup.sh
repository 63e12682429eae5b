#!/bin/sh
# Makes $VENV with $PYTHON and installs tasted into it, with the versions of constraints.txt.
# Called by make; needs nothing but Python 3.11 or newer. Without $PYTHON a $VENV that is there stays.
set -eu

venv="${VENV:-.venv}"
named="${PYTHON:-python3}"

recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=""
for candidate in "$named" python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && recent "$candidate"; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    found="$("$named" --version 2>&1 || echo 'no Python')"
    echo "tasted needs Python 3.11 or newer; $named is: $found. Name another: make PYTHON=python3.12" >&2
    exit 1
fi

echo "Setting up $venv with $("$python" --version 2>&1) ..."
if ! "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 14))'; then
    echo "This Python is newer than 3.13, the newest that tasted is tested with. If something fails," \
        "name an older one: make PYTHON=python3.13" >&2
fi
serves() {
    recent "$venv/bin/python" &&
        { [ -z "${PYTHON:-}" ] ||
            [ "$("$venv/bin/python" --version 2>&1)" = "$("$python" --version 2>&1)" ]; }
}
serves || "$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --upgrade 'pip>=25'

# On Linux x86-64 PyPI's torch is the CUDA build. Use a CPU build where one is reachable.
wanted="$(sed -n 's/^torch==//p' constraints.txt)"
if ! "$venv/bin/python" -c 'import torch' 2>/dev/null && [ "$(uname -s)-$(uname -m)" = "Linux-x86_64" ]; then
    if "$venv/bin/python" -m pip install --quiet --no-compile "torch==$wanted+cpu" 2>/dev/null ||
        "$venv/bin/python" -m pip install --quiet --no-compile "torch==$wanted+cpu" \
            --index-url https://download.pytorch.org/whl/cpu --retries 0 --timeout 10 2>/dev/null; then
        echo "Installed the CPU build of torch $wanted."
    else
        echo "No CPU build of torch is reachable: pip now fetches the CUDA build," \
            "about 3 GB to download and 5.7 GB on disk. Stop with Ctrl-C if that is too much."
    fi
fi
"$venv/bin/python" -m pip install --quiet --no-compile --constraint constraints.txt \
    --editable '.[dev]'
# pip compiles with one core; a file that does not compile is not for this Python
"$venv/bin/python" -m compileall -q -j 0 "$venv/lib" daemon > /dev/null 2>&1 || true
echo "Done."
