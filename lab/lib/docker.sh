# shellcheck shell=bash
# A Docker engine with Compose and buildx, and the two images that the lab's parts are made of.
#
# Debian 12's own engine (20.10) cannot start privileged containers on a machine without CAP_SYS_RESOURCE; Debian 13's
# (26.1) can, and installs on Debian 12 unchanged beside Debian 12's containerd and runc. The same goes for Compose:
# Debian 13's docker-compose is version 2, Debian 12's is the old one in Python.

up_docker() { # engine, plugins, and the image busybox:local
  up_engine
  up_plugins
  busybox_image busybox:local
}

up_plugins() {
  # Debian puts the plugins in /usr/libexec/docker/cli-plugins, where Debian's client and upstream's both look.
  docker compose version >/dev/null 2>&1 || install docker-compose/trixie
  docker buildx version >/dev/null 2>&1 || install docker-buildx/trixie
}

up_engine() {
  docker version >/dev/null 2>&1 && return
  [ -z "${DOCKER_HOST:-}" ] || { say "the engine at DOCKER_HOST does not answer"; return 1; }
  command -v docker >/dev/null || install docker-cli/trixie
  command -v dockerd >/dev/null || install docker.io/trixie containerd/bookworm runc/bookworm iptables
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  elif ! docker version >/dev/null 2>&1; then
    clear_stale_engine
    start dockerd dockerd
  fi
  until_ok 120 'the Docker engine' docker version
}

# A killed engine leaves files that stop the next one: dockerd refuses to start while any process has the pid in its pid
# file, takes (and in the end kills) any process with the pid in containerd's, and waits for a system containerd whose
# socket is there even when nobody listens.
clear_stale_engine() {
  local f
  f=/var/run/docker.pid
  [ ! -f $f ] || is_program "$(cat $f)" dockerd || rm -f $f
  f=/var/run/docker/containerd/containerd.pid
  [ ! -f $f ] || is_program "$(cat $f)" containerd || rm -f $f
  f=/run/containerd/containerd.sock
  grep -q " \(/var\)\?$f\$" /proc/net/unix || rm -f $f $f.ttrpc
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

busybox_image() { # busybox_image NAME : Debian's static busybox and nothing else, for machines that reach no registry
  has_image "$1" && return
  if [ ! -x /bin/busybox ] || ldd /bin/busybox >/dev/null 2>&1; then install busybox-static; fi
  local dir; dir=$(mktemp -d)
  cp /bin/busybox "$dir/busybox"
  printf '%s\n' 'FROM scratch' 'COPY busybox /bin/busybox' 'RUN ["/bin/busybox","--install","-s","/bin"]' 'CMD ["/bin/sh"]' >"$dir/Dockerfile"
  docker build -q -t "$1" "$dir" >/dev/null
  rm -rf "$dir"
}

# machine:local plays the part of docker:dind: Debian 13 with an engine, Compose and sshd. The public dind image is
# Alpine with busybox tools, so what works here only thanks to GNU tar, find or stat is not proven: test it on
# busybox:local too.
#
# The last four are for a rootless engine: the script that starts it comes with docker.io.
MACHINE_PACKAGES=docker.io,docker-cli,docker-compose,iptables,ca-certificates,procps,openssh-server,openssh-client,sudo
MACHINE_PACKAGES+=,rootlesskit,slirp4netns,uidmap,iproute2

machine_image() { # made anew when its packages are others
  [ "$(docker image inspect -f '{{index .Config.Labels "preview-lab.packages"}}' machine:local 2>/dev/null)" != "$MACHINE_PACKAGES" ] || return 0
  command -v debootstrap >/dev/null || install debootstrap
  lab_home
  say 'building machine:local (about a minute)'
  local root=$LAB/images/machine
  rm -rf --one-file-system "$root"
  debootstrap --variant=minbase --include="$MACHINE_PACKAGES" \
    trixie "$root" "$(mirror)" >"$LAB/log/debootstrap.log" 2>&1 </dev/null || { tail -5 "$LAB/log/debootstrap.log" >&2; return 1; }
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*
  mkdir -p "$root/run/sshd"
  tar -C "$root" -c . | docker import --change "LABEL preview-lab.packages=$MACHINE_PACKAGES" - machine:local >/dev/null
  rm -rf --one-file-system "$root"
}
