#!/bin/sh
# Holds the tunnels that the file "forwards" names, one a line: REQUEST SERVICE PORT.
# One SSH connection, made again for ever; the tunnels change while it lives.
# The file "version" is the digest of key, known_hosts, ca.pem and forwards, one after the other: as
# long as they are not what it says, they are still being copied.
# Needs sh and OpenSSH's client, as Alpine and Debian have them; for SSH through TLS also openssl, or
# the ssl_client and nc of Alpine. Says what is missing.
# GATEWAY_HOST, GATEWAY_PORT, GATEWAY_USER, GATEWAY_TLS (yes or no) say where to; the gateway's URLs are
# at GATEWAY_DOMAIN.
set -u
export LC_ALL=C
given=/preview-tunnel
own=/tmp/preview-tunnel
# The quickest at both ends first: processors compute it, and a gateway on a JVM by them.
ciphers=aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr,chacha20-poly1305@openssh.com
master=
watcher=

is_name() { # and no address
  case "$1" in
  *:*) return 1 ;;
  *[!0-9.]*) return 0 ;;
  *) return 1 ;;
  esac
}

has() { command -v "$1" > /dev/null 2>&1; }

through_openssl() {
  literal=$GATEWAY_HOST
  case "$GATEWAY_HOST" in *:*) literal="[$GATEWAY_HOST]" ;; esac
  set -- s_client -quiet -verify_quiet -verify_return_error -alpn ssh -connect "$literal:$GATEWAY_PORT"
  [ -s "$own/ca.pem" ] && set -- "$@" -CAfile "$own/ca.pem"
  if is_name "$GATEWAY_HOST"; then
    exec openssl "$@" -verify_hostname "$GATEWAY_HOST" -servername "$GATEWAY_HOST"
  fi
  exec openssl "$@" -verify_ip "$GATEWAY_HOST" -noservername
}

# In one connection, ssl_client is between ssh, which is at 3 and 4, and the socket, which is at 0.
# It cannot say that it wants SSH, as openssl does: that it asks for the gateway's own domain says so.
# It knows the image's own authorities only. With another one it does not verify: the host key does.
through_ssl_client() {
  insecure=
  [ -s "$own/ca.pem" ] && ssl_client -h 2>&1 | grep -q '\[-I\]' && insecure=-I
  exec 5<&0 0<&3 1>&4 3<&- 4>&-
  exec ssl_client $insecure -s 5 -n "$GATEWAY_DOMAIN"
}

# The script is its own proxy command.
case "${1-}" in
tls)
  has openssl && through_openssl
  exec 3<&0 4>&1
  exec nc "$GATEWAY_HOST" "$GATEWAY_PORT" -e sh "$0" ssl_client
  ;;
ssl_client)
  through_ssl_client
  ;;
esac

umask 077
rm -rf "$own"
mkdir -p "$own/next" || exit 1
: > "$own/applied"
: > "$own/said"

say() {
  echo "$*"
  echo "$*" > "$own/said"
}

end() {
  [ -n "$watcher" ] && kill "$watcher" 2>/dev/null
  [ -n "$master" ] && kill "$master" 2>/dev/null
  exit 0
}
trap end TERM INT

pause() { # a signal ends it
  sleep "$1" &
  wait $!
}

cannot() {
  say "cannot: $*"
  while :; do pause 3600; done
}

has ssh || cannot "the image has no OpenSSH client; docker:28-cli is one that has"
proxy=none
if [ "$GATEWAY_TLS" = yes ]; then
  proxy="sh $0 tls"
  if ! has openssl; then
    has ssl_client && has nc || cannot "the image has neither openssl nor ssl_client and nc, for SSH through TLS; docker:28-dind is one that has openssl"
    is_name "$GATEWAY_DOMAIN" || cannot "the image has no openssl, without which a gateway's URLs must be at a domain, for SSH through TLS; docker:28-dind is one that has it"
  fi
fi

take() { # what is given, if it is whole
  version=
  read -r version < "$given/version" 2>/dev/null
  cp "$given/key" "$given/known_hosts" "$given/ca.pem" "$given/forwards" "$own/next" 2>/dev/null || return
  digest=$(cd "$own/next" && cat key known_hosts ca.pem forwards | sha256sum)
  [ "${digest%% *}" = "$version" ]
}

same() { cmp -s "$own/next/$1" "$own/$1"; }

control() { # control COMMAND REQUEST SERVICE PORT: changes the living connection
  ssh -F none -S "$own/control" -O "$1" -R "$2:$3:$4" gateway 2>&1 < /dev/null
}

change() { # what is no longer wanted goes first: a tunnel's name may only change its arguments
  : > "$own/kept"
  while read -r request service port; do
    if grep -qxF "$request $service $port" "$own/next/forwards"; then
      echo "$request $service $port" >> "$own/kept"
    else
      control cancel "$request" "$service" "$port" > /dev/null
    fi
  done < "$own/open"
  refused=no
  while read -r request service port; do
    grep -qxF "$request $service $port" "$own/kept" && continue
    if failure=$(control forward "$request" "$service" "$port"); then
      echo "$request $service $port" >> "$own/kept"
    else
      refused=yes
      say "${request%%#*} is not open: $failure"
    fi
  done < "$own/next/forwards"
  mv "$own/kept" "$own/open"
  [ "$refused" = no ]
}

watch() {
  until [ -S "$own/control" ]; do sleep 0.2; done
  : > "$own/open"
  held=
  while :; do
    wanted=
    read -r wanted < "$given/version" 2>/dev/null
    if [ "$wanted" != "$held" ] && take; then
      if ! { same key && same known_hosts && same ca.pem; }; then
        : > "$own/renew"
        kill "$master"
        return
      fi
      if change; then
        held=$version
        echo "$held" > "$own/applied"
        : > "$own/said"
      fi
    fi
    sleep 1
  done
}

delay=1
while :; do
  until take; do
    say "not all of the tunnels' files are here"
    pause 1
  done
  mv "$own/next/key" "$own/next/known_hosts" "$own/next/ca.pem" "$own"
  rm -f "$own/control" "$own/renew"
  : > "$own/applied"
  began=$(date +%s)
  ssh -F none -M -S "$own/control" -N -T -l "$GATEWAY_USER" -p "$GATEWAY_PORT" -i "$own/key" \
    -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o HostKeyAlias=gateway \
    -o UserKnownHostsFile="$own/known_hosts" -o GlobalKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o Ciphers="$ciphers" -o ConnectTimeout=15 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 -o ProxyCommand="$proxy" \
    "$GATEWAY_HOST" > "$own/output" 2>&1 < /dev/null &
  master=$!
  watch &
  watcher=$!
  wait "$master"
  kill "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  : > "$own/applied"
  say "not connected: $(tail -n 3 "$own/output" | tr '\n' ' ')"
  [ $(($(date +%s) - began)) -gt 30 ] && delay=1
  [ -e "$own/renew" ] && continue
  pause "$delay"
  delay=$((delay * 2))
  [ "$delay" -gt 15 ] && delay=15
done
