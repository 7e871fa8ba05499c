# For scripts to source, from the project's root: build_example makes examples/hello/target, hello.jar beside lib/ with all that it needs.
TARGET=examples/hello/target

build_example() { # only when a source is newer than what was built from it
  [ -f $TARGET/hello.jar ] && [ -d $TARGET/lib ] &&
    [ -z "$(find . -name target -prune -o \( -path '*/src/main/*' -o -name pom.xml \) -newer $TARGET/hello.jar -print -quit)" ] && return
  echo "${0##*/}: building (the first time Maven fetches its plugins: a minute or two)" >&2
  mvn -q -B -ntp -DskipTests -pl examples/hello -am package
  touch $TARGET/hello.jar # Maven leaves one alone that would be the same
}
