#!/usr/bin/env bash
# tests/gpu/run.sh [build folder]: builds the engine's GPU part alone, runs every GPU test against the definition and the
# golden cases, compute-sanitizer on small shapes, and the benchmarks; ends with one summary.
#
# Needs the CUDA toolkit, CMake (3.25) and a C++ compiler, nothing else. Parts that cannot run here say "skipped"; the
# exit code is 0 unless something failed. CORPUSCOPE_BENCH=0 leaves the benchmarks out.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
build=${1:-$root/build/gpu}
mkdir -p "$build"
log="$build/run.log"
: >"$log"
summary=()
failed=0

say() { printf '\n==> %s\n' "$*"; }

# part NAME COMMAND...: runs it, and keeps what came of it for the summary.
part() {
  local name=$1 code
  shift
  say "$name"
  "$@" 2>&1 | tee -a "$log"
  code=${PIPESTATUS[0]}
  case $code in
    0) summary+=("passed   $name") ;;
    77) summary+=("skipped  $name") ;;
    *) summary+=("FAILED   $name (exit code $code)"); failed=1 ;;
  esac
}

configure_and_build() {
  cmake -S "$root/tests/gpu" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCORPUSCOPE_CUDA="${CORPUSCOPE_CUDA:-REQUIRED}" &&
    cmake --build "$build" -j "$(nproc)"
}

has_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q GPU; }

sanitize() {  # TOOL PROGRAM
  local sanitizer
  sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
  if ! has_gpu; then echo "skipped: there is no GPU"; return 77; fi
  if [[ ! -x $sanitizer ]]; then echo "skipped: compute-sanitizer is not installed"; return 77; fi
  "$sanitizer" --tool "$1" --error-exitcode 1 "$build/$2" --small
}

torch() {
  if ! command -v python3 >/dev/null; then echo "skipped: there is no Python"; return 77; fi
  python3 "$root/tests/gpu/bench_torch.py"
}

part "build" configure_and_build
if [[ $failed == 0 ]]; then
  # Whatever tests this folder has: programs gpu_*, those that emulate the kernels as well.
  for program in "$build"/emulated*/gpu_*_emulated "$build"/gpu_*; do
    [[ -x $program && -f $program ]] && part "$(basename "$program")" "$program"
  done
  for tool in memcheck racecheck synccheck; do
    part "compute-sanitizer $tool" sanitize "$tool" gpu_attention
  done
  if [[ ${CORPUSCOPE_BENCH:-1} == 1 ]]; then
    for program in "$build"/bench_*; do
      [[ -x $program && -f $program ]] && part "$(basename "$program")" "$program"
    done
    part "PyTorch beside it" torch
  fi
fi

say "Summary"
date -u '+%Y-%m-%d %H:%M UTC'
if has_gpu; then
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
else
  echo "no GPU: nothing below was measured on one"
fi
printf '%s\n' "${summary[@]}"
grep '^bar |' "$log" | sed 's/^bar | //'
ours=$(sed -n 's/^1 M, 12 heads of 64, forward *\([0-9.]*\) ms.*/\1/p' "$log")
theirs=$(sed -n 's/^PyTorch .* forward: \([0-9.]*\) ms/\1/p' "$log")
if [[ -n $ours && -n $theirs ]]; then
  awk -v a="$theirs" -v b="$ours" 'BEGIN { printf "forward beside PyTorch, times faster | %.2f | >= 2 | %s\n", a / b, a / b >= 2 ? "reached" : "MISSED" }'
fi
exit $failed
