#!/bin/bash
# GNU parallel, on this machine or on those of a file of hosts (--sshloginfile): parallel.sh embeddings.npz
# The index is the argument {} and not auto: a list of what is missing is numbered from 1 again.
set -eu
parts=/shared/embeddings
indices=$(seq 0 15)
for _ in 1 2 3 4 5; do
    # shellcheck disable=SC2086
    parallel --jobs 4 pthconvert run /shared/model.pth /data/pictures --manifest /shared/manifest.txt --shard {}/16 --parts "$parts" \
        --threads 1 --quiet ::: $indices || true
    status=0
    array=$(pthconvert merge "$parts" -o "$1") || status=$?
    case "$array" in --array=*) ;; *) exit "$status" ;; esac
    # --array=3,7-9 as 3 7 8 9.
    indices=$(tr , '\n' <<<"${array#--array=}" | while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
done
echo "parts are still missing: $indices" >&2
exit 1
