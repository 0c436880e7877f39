#!/bin/bash
# Pythons no stable distribution has yet, from Debian's next release, in a root directory of their own.
#
#   tools/debian-root.sh ensure          make the root, or add what an older one lacks
#   tools/debian-root.sh run CMD ARG...  run a command in it, in the current directory, with this checkout in its place
#   tools/debian-root.sh path            print where it is
#
# DAPPER_DEBIAN_ROOT    the directory (default /var/cache/dapper/debian)
# DAPPER_DEBIAN_MIRROR  the mirror (default http://deb.debian.org/debian)
# Needs root. Exit code 3: it cannot be had here, and the last line on stderr says why.
set -euo pipefail

root=${DAPPER_DEBIAN_ROOT:-/var/cache/dapper/debian}
mirror=${DAPPER_DEBIAN_MIRROR:-http://deb.debian.org/debian}
checkout=$(cd "$(dirname "$0")/.." && pwd -P)
packages=(python3.14 python3.14-dev python3.14-venv python3.15 python3.15-dev python3.15-venv gcc make ca-certificates)

unavailable() {
    echo "debian-root: $*" >&2
    exit 3
}

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        compgen -G "$root/var/lib/dpkg/info/$package.list" >/dev/null ||
            compgen -G "$root/var/lib/dpkg/info/$package:*.list" >/dev/null || echo "$package"
    done
}

have_debootstrap() {
    command -v debootstrap >/dev/null && return
    command -v apt-get >/dev/null ||
        unavailable "debootstrap is not installed, and there is no apt-get to install it with"
    apt-get update -qq >&2 || true # a broken source of something else need not stop us
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y debootstrap >&2 ||
        unavailable "apt-get could not install debootstrap"
}

ensure() {
    [ "$(id -u)" = 0 ] || unavailable "making and entering a root directory takes the superuser"
    local missing log
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ -x "$root/usr/bin/apt-get" ]; then
        # A mirror may be a snapshot past its date; the signature is still checked.
        # shellcheck disable=SC2086  # one word a package
        DEBIAN_FRONTEND=noninteractive run sh -c 'apt-get -o Acquire::Check-Valid-Until=false update -qq &&
            apt-get install -qq -y --no-install-recommends "$@"' sh $missing >&2 ||
            unavailable "apt-get in $root could not install: $missing"
        return
    fi
    have_debootstrap
    rm -rf "$root.new"
    mkdir -p "$(dirname "$root")"
    log=$(mktemp)
    # The script of `sid` is named because an older debootstrap does not know the newest release's name.
    debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" --extra-suites=sid \
        forky "$root.new" "$mirror" sid >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -rf "$root.new" "$log"
        unavailable "debootstrap failed; its last lines are above"
    }
    rm -rf "$root.new"/var/cache/apt/archives/*.deb "$log"
    mv "$root.new" "$root"
}

# Shows a file or folder of this machine at the same path in the root, if there is one here.
share() {
    local here
    here=$(realpath -e "$1" 2>/dev/null) || return 0
    if [ -d "$here" ]; then
        mkdir -p "$root$1"
    else
        mkdir -p "$(dirname "$root$1")"
        [ -e "$root$1" ] || touch "$root$1"
    fi
    mount --rbind "$here" "$root$1"
}

enter() {
    local path
    share /proc
    share /dev
    share /tmp
    share "$checkout"
    # How this machine reaches a package index: names, certificates, pip's settings.
    for path in /etc/resolv.conf /etc/hosts /etc/ssl/certs /etc/pip.conf "${PIP_CONFIG_FILE:-}" "${PIP_CERT:-}" \
        "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}"; do
        case $path in /etc/ssl/certs/*) ;; /*) share "$path" ;; esac
    done
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
    exec chroot "$root" sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
}

run() {
    # The mounts live in a mount namespace of their own and go with it, however the command ends.
    unshare --mount --propagation private "$BASH" "$checkout/tools/debian-root.sh" enter "$@"
}

case ${1:-} in
    ensure) ensure ;;
    run) shift && run "$@" ;;
    enter) shift && enter "$@" ;;
    path) echo "$root" ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
