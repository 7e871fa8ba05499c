# shellcheck shell=bash
# What every part of the lab uses: its folder, its messages, and background processes that are known by more than a pid.
LAB=${PREVIEW_LAB_HOME:-/var/cache/preview-lab}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

need_root() { # need_root WHAT : ends with a sentence where WHAT could only fail later
  [ "$(id -u)" = 0 ] || { say "$1 needs root"; return 1; }
}

lab_home() { mkdir -p "$LAB"/{bin,etc,run,log,data,images}; }

is_program() { # is_program PID NAME : is this pid, today, that program?
  local argv0=
  [ -r "/proc/$1/cmdline" ] || return 1
  IFS= read -r -d '' argv0 <"/proc/$1/cmdline" 2>/dev/null || true
  [ "${argv0##*/}" = "$2" ]
}

# A pid file survives a crash and a reboot, its pid does not: by then it may be somebody else's. It is believed only
# when the process is the named program (kube-NAME is called NAME) and, but for dockerd, works in this lab's folder.
running() { # running NAME : prints its pid
  local pid
  pid=$(cat "$LAB/run/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  is_program "$pid" "$1" || is_program "$pid" "kube-$1" || return 1
  [ "$1" = dockerd ] || grep -qaF "$LAB/" "/proc/$pid/cmdline" 2>/dev/null || return 1
  echo "$pid"
}

start() { # start NAME command... : runs it in the background and keeps its pid; nothing when it runs already
  local name=$1; shift
  running "$name" >/dev/null && return
  need_root "starting $name"
  lab_home
  # 9 is the lab's lock: what outlives this script must not keep it.
  setsid "$@" >"$LAB/log/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$LAB/run/$name.pid"
}

stop() { # stop NAME : asks it to end, waits 10 s, insists
  local pid
  if pid=$(running "$1"); then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 20); do running "$1" >/dev/null || break; sleep 0.5; done
    running "$1" >/dev/null && kill -9 "$pid" 2>/dev/null
  fi
  rm -f "$LAB/run/$1.pid"
}

until_ok() { # until_ok SECONDS WHAT command... : waits until the command succeeds; when it never does, says what was waited for
  local end=$((SECONDS + $1)) what=$2 out; shift 2
  while ! out=$("$@" 2>&1); do
    [ "$SECONDS" -lt "$end" ] || { say "$what did not become ready in time; last seen: ${out:-nothing}; logs: $LAB/log"; return 1; }
    sleep 0.3
  done
}

put() { # put FILE [MODE] : writes standard input to FILE, in one step, and only when it differs
  local tmp; tmp=$(mktemp "$1.XXXXXX"); cat >"$tmp"; chmod "${2:-644}" "$tmp"
  if cmp -s "$tmp" "$1"; then rm -f "$tmp"; else mv -f "$tmp" "$1"; fi
}
