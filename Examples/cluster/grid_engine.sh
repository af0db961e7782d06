#!/bin/bash
# Grid Engine: qsub -t 1-16 grid_engine.sh. Its numbers begin at 1 (SGE_TASK_ID), so index 3 of merge's --array=3 is qsub -t 4-4.
#$ -N embed
#$ -cwd
#$ -pe smp 4
# A task that is stopped starts again; its part resumes where it stopped. -notify sends a signal ahead that means nothing here.
#$ -r yes
set -eu
exec pthconvert run /shared/model.pth /data/pictures --manifest /shared/manifest.txt --shard auto/16 --parts /shared/embeddings \
    --threads "${NSLOTS:-1}" --quiet
