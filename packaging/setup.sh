#!/usr/bin/env bash
# Sets everything up: Debian packages when missing, a virtual environment in .venv, the program with its constraints.
# Runs again without harm and does nothing when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[setup] %s\n' "$*"; }

missing_packages() {
  grep -o '^[a-z0-9.+-]*' packaging/debian-packages.txt | while read -r package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

install_debian_packages() {
  local wanted=("$@")
  if [ "$(id -u)" -eq 0 ]; then
    say "installing ${wanted[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
  else
    say "these Debian packages are missing; as you are not root, please run:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${wanted[*]}"
    say "and then this script again. Going on without them: sound, tests or the window may not work."
  fi
}

find_python() {
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  say "Python 3.11 or newer is needed and none was found; set PYTHON=/path/to/python3." >&2
  exit 1
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -eq 0 ] || install_debian_packages "${missing[@]}"
else
  say "this is no Debian or Ubuntu: install what packaging/debian-packages.txt names with your own package tool"
fi

python=$(find_python)
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
  install_debian_packages python3-venv
fi

stamp=.venv/.setup-stamp
wanted=$(cat pyproject.toml packaging/constraints.txt packaging/setup.sh | sha256sum | cut -d' ' -f1)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi
[ -x .venv/bin/python ] || { say "making .venv with $("$python" --version)"; "$python" -m venv .venv; }
say "installing the program and what it needs (a few minutes the first time)"
pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet)
# torch first and by its exact version: a range would let pip choose a build with gigabytes of CUDA.
"${pip[@]}" install -c packaging/constraints.txt torch
"${pip[@]}" install -c packaging/constraints.txt -e '.[dev]'
echo "$wanted" >"$stamp"
say "done; the program is .venv/bin/vla-assistant (source .venv/bin/activate makes it \`vla-assistant\`)"
