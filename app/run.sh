#!/usr/bin/env bash
# app/run.sh [FOLDER]: installs what is missing, builds, and opens FOLDER (this repository where none is given).
# Without a display it opens and reads the folder in the terminal and writes report.html.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

if [ $# -gt 1 ] || [[ ${1:-.} == -* ]]; then
  echo "Usage: app/run.sh [FOLDER]" >&2
  exit 2
fi
[ -e "${1:-$root}" ] || { echo "There is no folder $1." >&2; exit 2; }
folder=$(realpath -- "${1:-$root}")
started_in=$PWD

install_missing
build release corpuscope
program=$root/build/release/corpuscope

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$program" "$folder"
fi

say "no display: reading $folder in the terminal"
workspace=${CORPUSCOPE_WORKSPACE:-$("$program" open "$folder" --print-workspace)}
"$program" open "$folder" -w "$workspace"
"$program" read -w "$workspace"
"$program" info -w "$workspace"
"$program" report -w "$workspace" "$started_in/report.html"
