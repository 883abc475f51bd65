#!/usr/bin/env bash
# Collects into build/carried what the decoder's tests need beside the CUDA toolkit, CMake and a compiler: the headers of
# fmt and nlohmann-json, from a machine that has them. (Tokens of real text are in the source tree: license.tokens.)
# Copy the source tree with that folder to the GPU's machine, and run tests/gpu/run.sh there.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$root/build/carried"
for package in fmt nlohmann; do
  [ -d "/usr/include/$package" ] || { echo "$package is not installed: see app/packages.txt" >&2; exit 1; }
  cp -r "/usr/include/$package" "$root/build/carried/"
done
echo "$root/build/carried: $(du -sh "$root/build/carried" | cut -f1)"
