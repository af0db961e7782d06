#!/usr/bin/env bash
# Work in parts on a real Slurm on this machine, and with GNU parallel: LFW's 7,701 pictures are aligned and embedded in 16 tasks, a third of
# which is killed at random and started again until all parts are there. What merge makes of them has to be byte for byte what one process writes.
#
#   scripts/cluster_test.sh [slurm] [parallel]
#
# It needs root, LFW and a checkpoint in ../shared, and slurmctld, slurmd, slurm-client, munge and parallel; INSTALL=1 installs those by apt-get.
# SEED=n draws the tasks that are killed; WORK=dir is where it works (some hundred MB), KEEP=1 leaves it there.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
cd "$(dirname "$0")/.."
binary=$(realpath "${BINARY:-.build/release/convert}")
shared=${SHARED:-../shared}
lfw=$shared/lfw/lfw-deepfunneled
pairs=$(realpath "$shared/lfw/pairs.txt")
model=$(realpath "$shared/weights/arcface_mobilefacenet.pth")
for needed in "$binary" "$lfw" "$pairs" "$model"; do
    [ -e "$needed" ] || { echo "$needed is not there" >&2; exit 2; }
done
schedulers=${*:-slurm parallel}
tasks=16
victims=6
RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}"

if [ -n "${INSTALL:-}" ]; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends slurmctld slurmd slurm-client munge parallel >/dev/null
fi
work=$(mkdir -p "${WORK:-/var/tmp}" && mktemp -d "${WORK:-/var/tmp}/cluster-test.XXXXXX")
daemons=()
finish() {
    for pid in ${daemons[@]+"${daemons[@]}"}; do kill "$pid" 2>/dev/null || true; done
    [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap finish EXIT

# The pictures that the pairs name, as NAME/NAME_0001.jpg.
pictures=$work/pictures
mkdir "$pictures"
awk -F'\t' 'NF == 3 { print $1, $2; print $1, $3 } NF == 4 { print $1, $2; print $3, $4 }' "$pairs" | sort -u |
    while read -r name number; do printf '%s/%s_%04d.jpg\n' "$name" "$name" "$number"; done >"$work/names"
tar -C "$lfw" -cf - -T "$work/names" | tar -C "$pictures" -xf -
"$binary" manifest "$pictures" -o "$work/manifest.txt"

evaluation=(evaluate "$model" --lfw-root "$pictures" --pairs-file "$pairs")
time "$binary" align "$pictures" -o "$work/whole-crops" --quiet
time "$binary" "${evaluation[@]}" --no-cache --output-dir "$work/whole-evaluation" --quiet

# One task: both kinds of work on its part. Its process can be found by the number in a file.
cat >"$work/task.sh" <<TASK
#!/bin/bash
index=\$1
state=\$2
step() {
    "$binary" "\$@" --quiet --threads 1 --manifest "$work/manifest.txt" --shard "\$index/$tasks" &
    echo \$! >"\$state/pid.\$index.new" && mv "\$state/pid.\$index.new" "\$state/pid.\$index"
    wait \$!
}
step align "$pictures" --parts "\$state/crops" && step ${evaluation[@]} --parts "\$state/embeddings"
TASK
chmod +x "$work/task.sh"

# Some tasks, drawn at random, are killed while they run: every other one by SIGKILL, and the others by the command in the first argument.
kill_some() {
    local state=$1 cancel=$2 number=0
    for index in $(seq 0 $((tasks - 1)) | shuf -n "$victims" --random-source=<(yes "$RANDOM")); do
        number=$((number + 1))
        (
            while [ ! -e "$state/pid.$index" ]; do sleep 0.1; done
            sleep "$(awk -v r=$((RANDOM % 100)) 'BEGIN { print r * 0.03 }')"
            if [ $((number % 2)) = 1 ]; then kill -KILL "$(cat "$state/pid.$index")"; else $cancel "$index"; fi 2>/dev/null || true
        ) &
    done
}

# All of the work by one scheduler; $1 is its name, $2 the function that starts tasks and waits for them.
check() {
    local name=$1 start=$2 state=$work/$1 round=0 array=--array=0-$((tasks - 1))
    mkdir "$state"
    kill_some "$state" "cancel_$name"
    time while [ -n "$array" ]; do
        round=$((round + 1))
        echo "$name: round $round, $array"
        $start "$array" "$state"
        # Parts of the second work are missing whenever those of the first are.
        array=$("$binary" merge "$state/embeddings" -o "$state/embeddings.npz" --quiet 2>/dev/null) || [ $? = 1 ]
        if [ "$round" = 1 ]; then echo "$name: after the first round $("$binary" merge "$state/embeddings" -o "$state/none.npz" 2>&1 >/dev/null || true)"; fi
        [ "$round" -lt 10 ] || { echo "$name: parts are still missing" >&2; exit 1; }
    done
    [ "$round" -gt 1 ] || { echo "$name: no task was killed in time" >&2; exit 1; }
    time "$binary" merge "$state/crops" -o "$state/merged-crops" --quiet
    "$binary" "${evaluation[@]}" --parts "$state/embeddings" --output-dir "$state/evaluation" --quiet
    diff -r "$work/whole-crops" "$state/merged-crops"
    diff -r "$work/whole-evaluation" "$state/evaluation"
    cmp "$state/embeddings.npz" "$work/whole-evaluation/lfw_embeddings.npz"
    echo "$name: $(find "$state/merged-crops" -name '*.png' | wc -l) crops, faces.csv, faces.json, embeddings and metrics are byte for byte those of one process"
}

start_slurm() {
    sbatch --quiet --wait "$1" --chdir="$work" --output="$2/task-%a.log" --cpus-per-task=1 --export=ALL --wrap \
        "'$work/task.sh' \$SLURM_ARRAY_TASK_ID '$2'" || true
}
cancel_slurm() { scancel "$(squeue --noheader --array --format='%F_%K' | grep "_$1\$")"; }

indices() { tr , '\n' <<<"${1#--array=}" | while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done; }
start_parallel() { indices "$1" | parallel --jobs 2 "$work/task.sh" {} "$2" >"$2/parallel.log" 2>&1 || true; }
cancel_parallel() { kill -TERM "$(cat "$work/parallel/pid.$1")"; }

for scheduler in $schedulers; do
    if [ "$scheduler" = slurm ]; then
        slurm=$work/slurm-daemons
        mkdir -p "$slurm/state" "$slurm/spool"
        host=$(hostname -s)
        getent hosts "$host" >/dev/null || echo "127.0.0.1 $host" >>/etc/hosts
        dd if=/dev/urandom of="$slurm/munge.key" bs=1024 count=1 status=none
        chmod 400 "$slurm/munge.key"
        # As root and in a folder of its own, which munge would object to.
        munged --force --key-file="$slurm/munge.key" --socket="$slurm/munge.socket" --pid-file="$slurm/munge.pid" \
            --log-file="$slurm/munge.log" --seed-file="$slurm/munge.seed" 2>/dev/null
        daemons+=("$(cat "$slurm/munge.pid")")
        cat >"$slurm/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host
AuthType=auth/munge
AuthInfo=socket=$slurm/munge.socket
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SlurmUser=root
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
NodeName=$host CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
        export SLURM_CONF=$slurm/slurm.conf
        slurmctld -f "$SLURM_CONF"
        slurmd -f "$SLURM_CONF"
        for _ in $(seq 60); do
            sinfo --noheader --format=%t 2>/dev/null | grep -q idle && break
            sleep 1
        done
        daemons+=("$(cat "$slurm/slurmd.pid")" "$(cat "$slurm/slurmctld.pid")")
        sinfo
    fi
    check "$scheduler" "start_$scheduler"
done
