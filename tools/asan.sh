#!/bin/bash
# Run the native core's tests under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tools/asan.sh PYTHON...      interpreters that have cython, setuptools, pytest and what tests/ imports
#
# The core is built with the sanitizers in a copy of the sources; the interpreter is an ordinary one, with every object of
# Python's in a block of malloc's own, so that a use after free is seen at once. Leaks are tools/core_leaks.py's part.
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd -P)
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

for python in "$@"; do
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$checkout" && tar cf - --exclude __pycache__ --exclude '*.so' --exclude node_modules dapper tests tools setup.py \
        pyproject.toml) | tar xf - -C "$work"
    cd "$work"
    flags="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g -O1"
    CFLAGS=$flags LDFLAGS=$flags DAPPER_REQUIRE_CORE=1 "$python" setup.py -q build_ext --inplace
    export LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
    export PYTHONMALLOC=malloc PYTHONPATH=$work DAPPER_REQUIRE_CORE=1
    export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:halt_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
    "$python" -X faulthandler -m pytest -q -p no:cacheprovider --capture=sys --timeout 300 tests/unit/test_core*.py
    "$python" tools/core_leaks.py 60
    unset LD_PRELOAD PYTHONMALLOC PYTHONPATH
    rm -rf "$work"
    echo "asan: $("$python" -V) is clean"
done
