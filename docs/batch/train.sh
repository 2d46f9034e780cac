#!/bin/sh
# A training on the nodes of a Slurm job, one process a GPU; it goes on in a further job when the time is up.
#
#   RECIPE=gpu/recipes/celeba-50k.toml RUN=runs/celeba-50k sbatch --nodes 2 docs/batch/train.sh
#
# Two minutes before the end of its time Slurm signals all processes: they leave a checkpoint, and the job goes back
# into the queue, RESTARTS times at most (20). A node that fails does the same. Set by variables: TRAIN_OPTIONS
# (--set KEY=VALUE ...), STRAIGHTEDGE_TRAIN (build/bin/straightedge-train). Without GPUs: --gpus-per-node 0
# --ntasks-per-node 2.
#SBATCH --job-name=straightedge-train
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
#SBATCH --time=4:00:00
#SBATCH --signal=TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu

program=${STRAIGHTEDGE_TRAIN:-build/bin/straightedge-train}
code=0
# shellcheck disable=SC2086  # options are words
srun --kill-on-bad-exit=0 "$program" train "${RECIPE:?the recipe}" --out "${RUN:?the folder of the run}" --resume --quiet \
  ${TRAIN_OPTIONS:-} || code=$?
# 3: stopped by the signal; 4: a process or a disk failed; above 128: a process was killed, as srun has it. Whatever else
# there is, another start would meet it again.
if [ "$code" -eq 3 ] || [ "$code" -eq 4 ] || [ "$code" -gt 128 ]; then
  [ "${SLURM_RESTART_COUNT:-0}" -ge "${RESTARTS:-20}" ] || scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
