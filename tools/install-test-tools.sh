#!/usr/bin/env bash
# Installs the programs that some tests ask, where that can be done: as root, with apt-get. Those
# tests are left out without them, so nothing here is a failure. Takes two minutes at most.
set -uo pipefail

say() { printf 'kubeclock: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null; }

missing=()
has "${CHROMIUM:-chromium}" || missing+=(chromium)
has xmllint || missing+=(libxml2-utils)
packages=("${missing[@]}")
has promtool || missing+=(prometheus)
((${#missing[@]} > 0)) || exit 0

if [ "$(id -u)" != 0 ] || ! has apt-get; then
  say "tests that need Debian's ${missing[*]} are left out"
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
say "installing ${missing[*]} for tests (once)"

# Only the network may take long, and only it is cut short: never dpkg in the middle of its work.
fetch() {
  timeout 30 apt-get update -qq &&
    if ((${#packages[@]} > 0)); then
      timeout 75 apt-get install -y -qq --no-install-recommends --download-only "${packages[@]}"
    fi
}

# Of prometheus only promtool, without the server, which the package would start.
install_promtool() {
  local folder status
  folder=$(mktemp -d)
  (
    cd "$folder" &&
      timeout 15 apt-get download -qq prometheus &&
      dpkg-deb -x prometheus_*.deb . &&
      install -m 755 usr/bin/promtool /usr/local/bin/promtool
  )
  status=$?
  rm -rf "$folder"
  return $status
}

install_all() {
  if ((${#packages[@]} > 0)); then
    apt-get install -y -qq --no-install-recommends --no-download "${packages[@]}" || return
  fi
  has promtool || install_promtool
}

if ! { fetch && install_all; } >/dev/null; then
  say 'not all could be installed; the tests that need them are left out'
fi
exit 0
