# Tells what a host is like, a line for each fact. Changes nothing. $1: the base directory, $2: the
# engine's socket, $3: where the engine keeps its data; each empty for the usual one.
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
say() { printf '%s=%s\n' "$1" "$2"; }
me=$(id -u)
home=${HOME:-/}
base=${1:-$home/.previews}
say user "$(id -un 2>/dev/null || echo "$me")"
say uid "$me"
if [ "$me" != 0 ] && sudo -n true >/dev/null 2>&1 </dev/null; then say sudo yes; fi
for p in apt-get dnf yum apk; do
  if command -v $p >/dev/null; then say packages $p; break; fi
done
for p in docker dockerd; do
  if command -v $p >/dev/null; then say has $p; fi
done

# The engine's socket, as the user's own Docker CLI would find it.
look() {
  if [ ! -S "$1" ]; then return 1; fi
  if [ -r "$1" ] && [ -w "$1" ]; then say socket "$1"; else say closed "$1"; return 1; fi
}
own=${XDG_RUNTIME_DIR:-/run/user/$me}/docker.sock
if [ -n "$2" ]; then
  look "$2"
else
  case $DOCKER_HOST in unix://*) first=${DOCKER_HOST#unix://} ;; *) first= ;; esac
  if grep -q '"currentContext": *"rootless"' "$home/.docker/config.json" 2>/dev/null; then
    first=${first:-$own}
  fi
  { [ -n "$first" ] && look "$first"; } || look /var/run/docker.sock || look "$own" ||
    look "$home/.docker/run/docker.sock"
fi
# An engine that cannot be asked may be too old as well: its program knows.
if [ $? != 0 ] && command -v dockerd >/dev/null; then
  version=$(dockerd --version 2>/dev/null)
  version=${version#Docker version }
  say version "${version%%,*}"
fi

# The base directory without symlinks, as far as it exists.
have=$base
rest=
while [ ! -d "$have" ]; do rest=/${have##*/}$rest; have=${have%/*}; have=${have:-/}; done
real=$(cd "$have" && pwd -P)
say directory "${real%/}$rest"
if [ ! -w "$have" ]; then say readonly "$have"; fi
room() { df -Pk "$1" 2>/dev/null | { read -r a; read -r a b c free d; echo "${free:-0}"; }; }
say disk "$(room "$have")"
data=${3:-/var/lib/docker}
say data "$data"
while [ ! -d "$data" ]; do data=${data%/*}; data=${data:-/}; done
say dockerdisk "$(room "$data")"
while read -r name value unit; do
  if [ "$name" = MemAvailable: ]; then say memory "$value"; fi
done 2>/dev/null </proc/meminfo
exit 0
