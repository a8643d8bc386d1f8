# Sourced by ./run and ./test: makes .venv and installs exactly what requirements.lock names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        echo "$candidate"
        return
    done
    echo "Edit Factory needs Python 3.11 or newer, and none was found." >&2
    echo "Install it (Debian, Ubuntu: apt install python3 python3-venv), or set PYTHON to its path." >&2
    exit 8
}

set_up() {
    local stamp wanted
    stamp=.venv/.installed
    wanted=$(cat requirements.lock pyproject.toml | sha256sum)
    [ -x .venv/bin/edit-factory ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && return
    echo "Setting up .venv (the first time this downloads ffmpeg, voices and fonts: 1 GB when installed) ..."
    local python
    python=$(find_python)
    if ! "$python" -m venv .venv; then
        echo "Python's venv module is missing. Debian, Ubuntu: apt install python3-venv" >&2
        exit 8
    fi
    if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock ||
        ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; then
        echo "The packages could not be installed: see pip's message above. Is there a network and 1 GB of space?" >&2
        exit 8
    fi
    echo "$wanted" >$stamp
}
