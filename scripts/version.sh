#!/usr/bin/env bash
# Prints the version, which is stated in Sources/Files/ProgramVersion.swift.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
sed -n 's/.*static let text = "\([^"]*\)".*/\1/p' "$(dirname "$0")/../Sources/Files/ProgramVersion.swift"
