# Sourced by app/run.sh and tests/run.sh: installs what is missing and builds.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    echo "Packages are missing and neither root rights nor sudo are there. As root, run: $*" >&2
    return 1
  fi
}

install_missing() {
  local package missing=()
  command -v dpkg-query >/dev/null 2>&1 || { say "not a Debian system: taking it that the packages of app/packages.txt are there"; return 0; }
  for package in $(grep -v '^#' "$root/app/packages.txt"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# build PRESET TARGET...
build() {
  local preset=$1 place
  shift
  for place in "$root" "$root/build" "$root/build/$preset"; do
    [ ! -e "$place" ] || [ -w "$place" ] || { echo "$place belongs to somebody else: run this as its owner, or give it to yourself (chown -R)." >&2; return 1; }
  done
  say "configuring ($preset)"
  (cd "$root" && cmake --preset "$preset" >&2)
  say "building"
  (cd "$root" && cmake --build --preset "$preset" --target "$@" >&2)
}
