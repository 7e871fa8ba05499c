# shellcheck shell=bash
# Two containers that are machines: a real sshd and a real Docker engine in each, reachable by their IP.
SSH_MACHINES=(lab-ssh-1 lab-ssh-2)

up_ssh() {
  up_docker; machine_image; lab_home
  command -v ssh-keygen >/dev/null || install openssh-client
  [ -f "$LAB/etc/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C previews-lab -f "$LAB/etc/id_ed25519"
  local name known=
  for name in "${SSH_MACHINES[@]}"; do is_up "$name" || make_machine "$name"; done
  for name in "${SSH_MACHINES[@]}"; do
    until_ok 180 "$name" ready "$name"
    known+="$(address "$name") $(host_key "$name")"$'\n'
  done
  put "$LAB/etc/known_hosts" <<<"${known%$'\n'}"   # addresses change when machines are made anew
}

is_up() { [ "$(docker inspect -f '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }
address() { docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"; }
host_key() { docker exec "$1" cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub; }

# A machine that stopped is thrown away and made anew, with its volume: a killed dockerd leaves a pid file and sockets
# that can keep the next one from starting, and half-written state. /run is in memory so that `docker restart` works too.
make_machine() {
  docker rm -f -v "$1" >/dev/null 2>&1 || true
  docker run -d --name "$1" --hostname "$1" --label preview-lab=ssh --privileged --init --tmpfs /run -v /var/lib/docker machine:local sh -c '
    ssh-keygen -A >/dev/null && mkdir -p -m 700 /root/.ssh && mkdir -p /run/sshd && /usr/sbin/sshd &&
    exec dockerd --host=unix:///var/run/docker.sock' >/dev/null
}

ready() { # ready MACHINE : sshd listens, our key is known, the engine answers and has busybox:local
  docker exec -i "$1" sh -c '
    key=$(cat)
    pgrep -x sshd >/dev/null || { echo "no sshd"; exit 1; }
    test -f /etc/ssh/ssh_host_ed25519_key.pub && cd /root/.ssh || exit 1
    test "$key" = "$(cat authorized_keys 2>/dev/null)" || { echo "$key" >authorized_keys; chmod 600 authorized_keys; }
    docker version >/dev/null' <"$LAB/etc/id_ed25519.pub" || return 1
  docker exec "$1" docker image inspect busybox:local >/dev/null 2>&1 || docker save busybox:local | docker exec -i "$1" docker load
}

env_ssh() { # prints the exports, when the machines are up
  local name
  [ -f "$LAB/etc/known_hosts" ] || return 0
  for name in "${SSH_MACHINES[@]}"; do is_up "$name" || return 0; done
  printf 'export PREVIEW_LAB_SSH_HOSTS=%s PREVIEW_LAB_SSH_KEY=%q PREVIEW_LAB_SSH_KNOWN_HOSTS=%q\n' \
    "$(cut -d' ' -f1 "$LAB/etc/known_hosts" | paste -sd,)" "$LAB/etc/id_ed25519" "$LAB/etc/known_hosts"
}

status_ssh() {
  local name
  for name in "${SSH_MACHINES[@]}"; do is_up "$name" && echo "$name up" || echo "$name down"; done
}

down_ssh() {
  docker version >/dev/null 2>&1 || return 0
  docker rm -f -v "${SSH_MACHINES[@]}" >/dev/null 2>&1 || true
}
