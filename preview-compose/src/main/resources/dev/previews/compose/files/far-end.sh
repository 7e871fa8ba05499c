# The far end of a copy, in POSIX sh with what busybox offers.
# Called with: what to do, the directory, and what that needs. Data comes as arguments and files, never as text of this script.
set -u
umask 077
action=$1 directory=$2
state=$directory/.sync tree=$directory/tree incoming=$directory/.sync/incoming
export tree

# xargs must read from a pipe: where its input can seek, the commands that busybox forks move its reading position.
each() {
  cat | xargs -0 "$@"
}

# This uses the processor's own instructions, which no other tool does everywhere. Some are there and do not work.
openssl_sha256='openssl dgst -sha256 -r'
openssl_works() {
  [ "$($openssl_sha256 </dev/null 2>/dev/null)" = \
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 *stdin' ]
}

# Which tool makes the digests, and how it is called for a file whose name is not to be printed.
digest_by() {
  sum=$*
  sum_of_one="$sum <\"\$1\" || echo"
}

# Free space tells a full disk from other trouble.
fail() {
  echo "$1" >&2
  df -k "$directory" >&2
  exit 1
}

# A record per entry, each after "//", which is in nothing that find prints: so they can be told apart whatever the names hold.
list() {
  cd "$tree" && find . -exec stat -c '//%i/%s/%Z/%f/%n' {} +
  end_list
}

end_list() {
  printf '//end\n//'
}

case $action in
state)
  if openssl_works; then echo sha256; else echo md5; fi
  if [ -f "$state/manifest" ]; then
    wc -c <"$state/manifest"
    cat "$state/manifest"
  else
    echo 0
  fi
  date +%s
  if [ -d "$tree" ]; then list; else end_list; fi
  ;;

digests)
  printf %s "$3" >"$state/owner" || fail "cannot write to $state"
  cd "$tree" || exit
  digest_by "$4"sum
  if [ "$4" = sha256 ] && openssl_works; then digest_by $openssl_sha256; fi
  if [ "$5" = names ]; then each $sum; else each -n 1 sh -c "$sum_of_one" sh; fi
  ;;

receive)
  mkdir -p "$state" && rm -rf "$incoming" && mkdir -p "$incoming/tree" && cd "$incoming" || fail "cannot prepare $incoming"
  printf %s "$3" >"$state/owner" || fail "cannot write to $state"
  if [ "$4" = sha256 ]; then digest_by $openssl_sha256; else digest_by md5sum; fi
  export EXTRACT_UNSAFE_SYMLINKS=1 # some versions of busybox skip links that lead out of the archive
  if ! tar -x -p -f -; then
    echo failed # tells the sender to stop
    cat >/dev/null
    fail "tar could not write all files"
  fi
  cat >/dev/null
  [ -f control/end ] || fail "the transfer was cut off"

  cd tree || exit
  {
    if [ -s ../control/names ]; then each $sum <../control/names; fi
    if [ -s ../control/odd-names ]; then each -n 1 sh -c "$sum_of_one" sh <../control/odd-names; fi
  } >../control/sums || fail "cannot read what arrived"
  sums=$($sum <../control/sums)
  [ "${sums%% *}" = "$(cat ../control/digest)" ] || fail "what arrived differs from what was sent"
  if [ -s ../control/unsteady ]; then each rm -f <../control/unsteady || fail "cannot remove"; fi

  # From here on the tree changes, and the manifest says of which entries.
  moment=$(date +%s)
  mv -f ../control/manifest "$state/manifest" || fail "cannot write to $state"
  if [ -s ../control/removed-files ]; then
    (cd "$tree" && each rm -f <"$incoming/control/removed-files") || fail "cannot remove"
  fi
  if [ -s ../control/removed-directories ]; then
    (cd "$tree" && each rmdir <"$incoming/control/removed-directories") 2>/dev/null # those that hold nothing
  fi
  if [ -d "$tree" ]; then rmdir "$tree" 2>/dev/null; fi
  fresh=false
  if [ ! -d "$tree" ]; then
    fresh=true
    cd .. && mv tree "$tree" || fail "cannot rename to $tree"
  fi
  tar -x -p -f "$incoming/control/directories.tar" -C "$tree" || fail "cannot create directories"
  if [ $fresh = false ]; then
    # Mounted singly: the same inode gets the new content.
    export overwrite='
      if [ -f "$tree/$1" ] && [ ! -L "$tree/$1" ]; then
        cat "$1" >"$tree/$1" || exit 255
        chown "$(stat -c %u:%g "$1")" "$tree/$1" 2>/dev/null || [ "$(id -u)" != 0 ] || exit 255
        chmod "$(stat -c %a "$1")" "$tree/$1" && touch -r "$1" "$tree/$1" && rm -f "$1" || exit 255
      fi'
    if [ -s ../control/in-place ]; then
      each -n 1 sh -c "$overwrite" sh <../control/in-place || fail "cannot overwrite"
    fi
    export move='mv -f "$@" "$tree/$0/"'
    export move_all='
      for parent; do
        find "$parent" -maxdepth 1 ! -type d -exec sh -c "$move" "$parent" {} +
      done'
    find . -type d -exec sh -c 'eval "$move_all"' sh {} +
    [ -z "$(find . ! -type d | head -n 1)" ] || fail "cannot put files into their places"
  fi

  echo "$4"
  echo 0
  # What a container may have touched since it came into its place is looked at again next time.
  if [ $fresh = true ]; then date +%s; else echo "$moment"; fi
  list
  ;;

commit)
  cat >"$state/manifest.$3" || fail "cannot write to $state"
  [ "$(wc -c <"$state/manifest.$3")" -eq "$4" ] || fail "the manifest was cut off"
  [ "$(cat "$state/owner" 2>/dev/null)" = "$3" ] || {
    rm -f "$state/manifest.$3"
    fail "another copy to the same directory is under way"
  }
  mv -f "$state/manifest.$3" "$state/manifest" || fail "cannot write to $state"
  rm -rf "$incoming"
  ;;
esac
