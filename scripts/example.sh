#!/usr/bin/env bash
# Builds Examples/TwoFaces against this package, as a user of the library would, and compares pictures with it.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
cd "$(dirname "$0")/.."
swift build -c release --package-path Examples/TwoFaces --scratch-path .build/example
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
run() { .build/example/release/TwoFaces fixtures/models/ir_small.pth "$folder/small.onnx" "$@" | sed 's/^cosine //'; }
same=$(run fixtures/images/source.png fixtures/images/source.png)
other=$(run fixtures/images/source.png fixtures/images/png_palette8.png)
echo "TwoFaces: a picture with itself $same, with a different one $other"
awk -v same="$same" -v other="$other" 'BEGIN { exit !(same > 0.9999999999 && other < same && other >= -1) }' ||
  { echo "TwoFaces: cosines are not as expected" >&2; exit 1; }
test -s "$folder/small.onnx"
