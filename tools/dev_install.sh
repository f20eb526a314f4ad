#!/usr/bin/env bash
# A part of ./dev, which reads it in: installing what a verb needs and the machine lacks.

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install \
        --yes --no-install-recommends --no-remove "$@"
}

# Package lists may be absent or too old to install from; then, and only then, fetch them anew.
apt_install_or_update() {
    if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt_install "$@"; then return; fi
    as_root apt-get -o DPkg::Lock::Timeout=300 update || return 1
    apt_install "$@"
}

# need PACKAGE...: install those that are missing.
need() {
    if ! command -v dpkg-query >/dev/null; then
        [[ -n ${not_debian:-} ]] || say "not a Debian system: this needs what Debian calls $*"
        not_debian=1
        return
    fi
    local installed name missing=()
    installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
    for name in "$@"; do
        [[ $installed == *" installed:$name "* ]] || missing+=("$name")
    done
    ((${#missing[@]} == 0)) && return
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "cannot install without root or sudo; as root: apt-get install ${missing[*]}"
        sudo -v || fail "cannot install without root" # asks for the password in the open
    fi
    step "installing ${missing[*]}" install apt_install_or_update "${missing[@]}" || exit 1
}

# Whether the node in the path is new enough.
node_serves() {
    local version
    version=$(node -p process.versions.node 2>/dev/null) || return 1
    local major=${version%%.*} rest=${version#*.}
    local minor=${rest%%.*}
    ((major > node_min[0] || (major == node_min[0] && minor >= node_min[1])))
}

# Debian 12 ships Node 18. A newer one comes as two plain packages of files: the program, and the
# npm that goes with it, because Debian's npm finds its parts only under Debian's node.
need_node() {
    PATH=$PWD/.dev/node/node_modules/.bin:$PATH
    # npm brings its own list of certificate authorities: a house's own, which the system knows,
    # are not in it.
    local authorities=/etc/ssl/certs/ca-certificates.crt
    [[ ! -f $authorities ]] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$authorities}
    if node_serves && command -v npm >/dev/null; then return; fi
    command -v npm >/dev/null || need nodejs npm
    node_serves && return
    local machine
    case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) fail "cannot fetch Node for $(uname -m): install ${node_min[0]}.${node_min[1]} or later" ;;
    esac
    mkdir -p .dev/node
    step "installing Node $node_version into .dev/node" node \
        npm install --prefix .dev/node --no-audit --no-fund --no-package-lock \
        "node-linux-$machine@$node_version" "npm@$npm_version" || exit 1
    hash -r
    node_serves || fail "the Node in .dev/node does not run, see $logs/node.log"
}

# need_npm_packages FOLDER: exactly those of its lock file.
need_npm_packages() {
    [[ -f $1/package-lock.json ]] || return 0
    if [[ ! $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; then
        step "installing the npm packages of $1" npm \
            npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund || return 1
        touch "$1/node_modules/.package-lock.json"
    fi
}

# What the program is built with: countries of addresses, rules about user agents. Without them it
# works and knows neither.
need_data() {
    [[ -d src/enrich/data ]] || return 0
    command -v npm >/dev/null || need nodejs npm
    need_npm_packages src/enrich/data || say "building without countries and families"
}
