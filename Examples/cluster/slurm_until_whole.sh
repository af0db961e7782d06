#!/bin/bash
# Starts an array on Slurm until all parts are there, and merges them: slurm_until_whole.sh embeddings.npz
set -eu
# slurm.sh writes its logs there.
mkdir -p logs
parts=/shared/embeddings
array=--array=0-15
for _ in 1 2 3 4 5; do
    # A task that fails only leaves its part missing.
    sbatch --wait "$array" "$(dirname "$0")/slurm.sh" || true
    status=0
    array=$(pthconvert merge "$parts" -o "$1") || status=$?
    # 1: parts are missing, and their indices were printed, or some pictures could not be used.
    case "$array" in --array=*) continue ;; esac
    exit "$status"
done
echo "parts are still missing: $array" >&2
exit 1
