# Sourced by the entry scripts: where things are, which JDK, what may be installed. POSIX sh.

say() { printf '%s\n' "sallyport: $*" >&2; }
die() { say "$1"; exit "${2:-1}"; }

# A JDK is known by its release file, so that no JVM has to be started to ask.
is_jdk25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Sets JAVA_HOME to a JDK 25, whatever `java` on the PATH may be.
find_jdk() {
  for candidate in "${SALLYPORT_JAVA_HOME:-}" "${JAVA_HOME:-}" \
      /usr/lib/jvm/*25* /usr/java/*25* /opt/*jdk*25* /opt/java/*25* /usr/local/*jdk*25* \
      "${HOME:-/nonexistent}"/.sdkman/candidates/java/25* "${HOME:-/nonexistent}"/.jdks/*25*; do
    if [ -n "$candidate" ] && is_jdk25 "$candidate"; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  found=$(command -v java >/dev/null 2>&1 && java -version 2>&1 | head -n 1)
  die "needs a JDK 25; found: ${found:-no java at all}. Install one (for example: apt-get install openjdk-25-jdk, or Temurin 25 under /usr/lib/jvm) or set SALLYPORT_JAVA_HOME" 69
}

# there NAME: whether a command, or a library of the system (lib….so.N), is installed.
there() {
  case $1 in
    lib*.so.*)
      for library in /usr/lib/*/"$1" /lib/*/"$1" /usr/lib64/"$1" /usr/lib/"$1"; do
        [ -e "$library" ] && return 0
      done
      return 1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# get NAME PACKAGE: installs the Debian package if the command or library is missing and we may.
get() {
  there "$1" && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing the Debian package $2 (for $1)"
    { apt-get install -y -qq "$2" || { apt-get update -qq && apt-get install -y -qq "$2"; }; } \
      >/dev/null 2>&1
  fi
  there "$1"
}

# need NAME PACKAGE: the same, or the end.
need() {
  get "$1" "$2" || die "$1 is missing; type: sudo apt-get install $2" 69
}

# want NAME PACKAGE: the same, or a word about what is left out.
want() {
  get "$1" "$2" || say "$1 is missing: tests with it are skipped; type: sudo apt-get install $2"
}
