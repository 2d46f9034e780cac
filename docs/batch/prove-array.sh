#!/bin/sh
# A campaign in shards, one a task of a batch array, and their certificates joined.
#
#   sbatch --array=1-64 docs/batch/prove-array.sh                    Slurm: shard I/64 in task I
#   sbatch --dependency=afterok:JOB docs/batch/prove-array.sh merge  when all of them are done
#   docs/batch/prove-array.sh local 7                                seven shards one after the other, then merge
#   SHARD=3 SHARDS=7 docs/batch/prove-array.sh                       any other queue: one shard
#
# Everything goes into the folder $CAMPAIGN (campaign): shard-I/, then certificate.json and report/. A shard that was
# stopped goes on where it stopped when it is submitted again. Others are set by PROVE_OPTIONS (--effort deep) and
# STRAIGHTEDGE (build/bin/straightedge). All shards need the same program, options and number of shards; `merge` refuses
# any others, and has the exit codes of `prove`.
#SBATCH --job-name=straightedge
#SBATCH --cpus-per-task=4
#SBATCH --requeue
set -eu

campaign=${CAMPAIGN:-campaign}
program=${STRAIGHTEDGE:-build/bin/straightedge}
jobs=${SLURM_CPUS_PER_TASK:-$(getconf _NPROCESSORS_ONLN)}

shard() {
  # shellcheck disable=SC2086  # options are words
  "$program" prove ${PROVE_OPTIONS:---effort deep} --shard "$1/$2" --resume --jobs "$jobs" --out "$campaign/shard-$1"
}

merge() {
  "$program" merge "$campaign"/shard-*/certificate.json --out "$campaign/certificate.json" --report "$campaign/report"
}

case ${1:-} in
  '') shard "${SHARD:-${SLURM_ARRAY_TASK_ID:?set SHARD and SHARDS, or submit as a batch array}}" \
        "${SHARDS:-${SLURM_ARRAY_TASK_COUNT:?set SHARDS}}" ;;
  merge) merge ;;
  local)
    count=${2:?the number of shards is missing}
    for index in $(seq "$count"); do
      shard "$index" "$count"
    done
    merge
    ;;
  *) sed -n '2,/^#SBATCH/p' "$0" | grep -v '^#SBATCH' | cut -c3- >&2; exit 2 ;;
esac
