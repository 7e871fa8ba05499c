# Installs the distribution's own Docker Engine and starts it. Run as root. $1: the user who is to
# use it; empty for root.
set -e
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export DEBIAN_FRONTEND=noninteractive
answers() { [ -S /var/run/docker.sock ] && docker version >/dev/null 2>&1; }
if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
  if command -v apt-get >/dev/null; then
    apt-get update
    packages=docker.io
    # From Debian 13 on the client is a package of its own.
    if apt-cache show docker-cli >/dev/null 2>&1; then packages="docker.io docker-cli"; fi
    apt-get install -y --no-install-recommends $packages iptables ca-certificates
  elif command -v dnf >/dev/null || command -v yum >/dev/null; then
    dnf=$(command -v dnf || command -v yum)
    $dnf install -y moby-engine docker-cli || $dnf install -y moby-engine || $dnf install -y docker ||
      true
  elif command -v apk >/dev/null; then
    apk add docker
  else
    echo "this distribution has none of apt-get, dnf, yum and apk" >&2
    exit 3
  fi
  # Some have a package "docker" that is podman's.
  if ! command -v dockerd >/dev/null; then
    echo "this distribution's own packages have no Docker Engine; Docker's own have:" >&2
    echo "curl -fsSL https://get.docker.com | sh" >&2
    exit 5
  fi
fi
if ! answers; then
  if [ -d /run/systemd/system ]; then
    systemctl enable --now docker
  elif command -v rc-service >/dev/null; then
    rc-update add docker default || true
    rc-service docker start
  elif [ -x /etc/init.d/docker ] && service docker start >/dev/null 2>&1; then
    :
  else
    rm -f /var/run/docker.pid
    setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &
  fi
fi
i=0
until answers; do
  i=$((i + 1))
  if [ $i -gt 60 ]; then echo "the engine was installed and does not answer" >&2; exit 4; fi
  sleep 1
done
if [ -n "$1" ]; then
  if command -v usermod >/dev/null; then usermod -aG docker "$1"; else addgroup "$1" docker; fi
fi
