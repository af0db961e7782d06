#!/usr/bin/env bash
# Prints the version, which is stated in Sources/Files/ProgramVersion.swift.
set -euo pipefail
sed -n 's/.*static let text = "\([^"]*\)".*/\1/p' "$(dirname "$0")/../Sources/Files/ProgramVersion.swift"
