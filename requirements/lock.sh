#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml; needs uv. Pins stay as they are unless asked: requirements/lock.sh --upgrade
# The test lock comes first and bounds the others, so that the tests run on the very versions that people get.
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_CUSTOM_COMPILE_COMMAND="requirements/lock.sh"

lock() { # name of the lock, then further options
    local name=$1
    shift
    uv pip compile "${source:-pyproject.toml}" --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
        --no-emit-index-url --no-emit-find-links --output-file "requirements/$name.txt" "$@"
}

lock test --extra test "$@"
lock postgres --extra postgres --constraints requirements/test.txt "$@"
lock app --constraints requirements/test.txt "$@"
source=requirements/clients.in lock clients "$@"
source=requirements/mutants.in lock mutants "$@"
source=requirements/scan.in lock scan "$@"
