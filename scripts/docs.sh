#!/usr/bin/env bash
# Builds the documentation of ConvertKit with the toolchain's own docc; a warning is an error. Output: .build/docs.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
cd "$(dirname "$0")/.."
graphs=.build/symbol-graphs
rm -rf "$graphs" .build/docs
mkdir -p "$graphs"
swift build -c release --target ConvertKit -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs" \
  --scratch-path .build/documentation
# What extends types of other modules belongs to those modules' documentation.
find "$graphs" -type f ! -name 'ConvertKit.symbols.json' -delete
docc convert Sources/ConvertKit/ConvertKit.docc --fallback-display-name ConvertKit --fallback-bundle-identifier convert.ConvertKit \
  --additional-symbol-graph-dir "$graphs" --output-path .build/docs --warnings-as-errors
echo "documentation: .build/docs"
