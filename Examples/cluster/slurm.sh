#!/bin/bash
# Slurm: sbatch --array=0-15 slurm.sh, and again with what merge prints, such as --array=3,7-9.
#SBATCH --job-name=embed
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=1G
#SBATCH --time=04:00:00
# A task that is pre-empted gets SIGTERM and starts again later; its part resumes where it stopped.
#SBATCH --requeue
#SBATCH --output=logs/%A_%a.log
set -eu
pictures=/data/pictures
parts=/shared/embeddings
manifest=/shared/manifest.txt
model=/shared/model.pth

# All nodes have to run the same loops (pthconvert --version --verbose): choose nodes of one kind with --constraint if merge names "loops".
exec pthconvert run "$model" "$pictures" --manifest "$manifest" --shard auto/16 --parts "$parts" --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet
