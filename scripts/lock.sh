#!/usr/bin/env bash
# Writes requirements.lock, requirements-face.lock and requirements-dev.lock from pyproject.toml: every release exact,
# every file with its SHA-256, for all systems at once, and no index named. `make lock` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv

compile() {
    # The build backend comes along: the program itself is installed without fetching anything more.
    printf 'setuptools>=77\n' | UV_NO_CONFIG=1 "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@" pyproject.toml - > /dev/null
}
compile --output-file requirements.lock
compile --output-file requirements-face.lock --extra face --constraints requirements.lock
compile --output-file requirements-dev.lock --extra dev --constraints requirements-face.lock

for lock in requirements.lock requirements-face.lock requirements-dev.lock; do
    printf '%s\n' '# Every release and every file with its SHA-256, for all systems. Made from pyproject.toml by `make lock`.' \
        | cat - "$lock" > "$tools/lock"
    cat "$tools/lock" > "$lock"
done
