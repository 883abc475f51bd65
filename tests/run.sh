#!/usr/bin/env bash
# tests/run.sh [ctest options]: installs what is missing, builds everything, runs every test.
# PRESET=asan tests/run.sh does the same with the sanitizers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../app/setup.sh"

preset=${PRESET:-release}
install_missing
build "$preset" all
say "testing"
cd "$root"
# Two more at once than there are processors: tests of the window wait for its timers half of their time.
exec ctest --preset "$preset" --output-on-failure -j "$(($(nproc) + 2))" "$@"
