#!/bin/bash
# PBS: qsub -J 0-15 pbs.sh. Its numbers are as given with -J (PBS_ARRAY_INDEX). -J takes ranges: qsub -J 7-9 pbs.sh. PBS refuses an array of one
# task; for index 3 alone, qsub -v INDEX=3 pbs.sh.
#PBS -N embed
#PBS -l select=1:ncpus=4:mem=2gb
#PBS -l walltime=04:00:00
#PBS -r y
set -eu
exec pthconvert run /shared/model.pth /data/pictures --manifest /shared/manifest.txt --shard "${INDEX:-auto}/16" --parts /shared/embeddings \
    --threads "${NCPUS:-1}" --quiet
