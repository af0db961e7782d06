#!/usr/bin/env bash
# Compares `convert slim` with a real PyTorch on the given checkpoints, or on those in fixtures/. PYTHON names an interpreter with torch and
# safetensors.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
if ! "$python" -c 'import torch, safetensors' 2>/dev/null; then
    echo "oracle: skipped, $python has no torch and safetensors (set PYTHON to one that has)"
    exit 0
fi
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(fixtures/training/*.pth fixtures/views/{channels_last,transposed,offset,expanded,zero_size}*.pth fixtures/dtypes/all_*.pth)
exec "$python" scripts/slim_against_torch.py .build/release/convert "${files[@]}"
