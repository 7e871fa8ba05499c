# shellcheck shell=bash
# Debian packages, from the mirror that this machine already uses.

mirror() { # prints the machine's own mirror, in either format of its sources
  local uri=
  [ -f /etc/apt/sources.list.d/debian.sources ] && uri=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources)
  [ -n "$uri" ] || uri=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}' /etc/apt/sources.list 2>/dev/null)
  [ -n "$uri" ] || { say "no Debian mirror in /etc/apt: this lab knows Debian 12 only"; return 1; }
  echo "$uri"
}

# Adds the newer suite (for Docker) and the source packages (for Kubernetes). The pin of 50 keeps the newer suite from
# replacing anything that was not asked from it by name.
sources() {
  if [ ! -f /etc/apt/sources.list.d/preview-lab.sources ]; then
    local base; base=$(mirror)
    put /etc/apt/preferences.d/preview-lab <<<$'Package: *\nPin: release n=trixie\nPin-Priority: 50'
    put /etc/apt/sources.list.d/preview-lab.sources <<S
Types: deb
URIs: $base
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src
URIs: $base
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
S
  elif compgen -G '/var/lib/apt/lists/*trixie*_Packages*' >/dev/null; then
    return
  fi
  apt-get update -qq
}

# install package[/suite]... : the suite is given for each package, because a suite for the whole call (-t) would drag
# in its libc.
install() {
  need_root "installing $*"
  lab_home
  say "installing $*"
  case "$*" in
    */trixie*) sources ;;
    *) compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt-get update -qq ;;
  esac
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >"$LAB/log/apt.log" 2>&1 </dev/null \
    || { tail -5 "$LAB/log/apt.log" >&2; return 1; }
}
