#!/bin/sh
# Makes weights like the shipped ones from nothing: demonstrations, training while the policy's own roll-outs are corrected
# by the expert (the training looks for new recordings every 500 steps), figures. About four hours on two quiet cores.
# What the shipped file really went through is in docs/model_card.md; this script has not been run from end to end.
# Usage: packaging/train_weights.sh [FOLDER]
set -eu
cd "$(dirname "$0")/.."
RUN=${1:-runs/compact}
VLA=${VLA:-.venv/bin/vla-assistant}
# Spinning threads of OpenMP and of the software renderer would starve each other.
export GOMP_SPINCOUNT=0 LP_NUM_THREADS=1

"$VLA" generate --episodes 3000 --seed 1000000 --out "$RUN/data"
"$VLA" train --preset compact --data "$RUN/data" --out "$RUN/trained" &
TRAINING=$!
trap 'kill $TRAINING 2>/dev/null || true' EXIT INT TERM

wait_for_step() {
  while kill -0 $TRAINING 2>/dev/null; do
    step=$(tail -n 1 "$RUN/trained/train.jsonl" 2>/dev/null | sed 's/^{"step": \([0-9]*\),.*/\1/')
    [ "${step:-0}" -ge "$1" ] && return
    sleep 10
  done
}

# correct STEP ASSIGNMENTS SEED [KINDS]: from this step on, the policy as it is then drives in turns with the expert.
correct() {
  wait_for_step "$1"
  cp "$RUN/trained/compact.safetensors" "$RUN/at-step-$1.safetensors"
  "$VLA" generate --episodes "$2" --seed "$3" --workers 1 --kinds "${4:-}" \
    --policy "$RUN/at-step-$1.safetensors" --out "$RUN/data"
}
correct 5000 500 2000000
correct 9000 800 2500000
correct 13000 450 3000000 retrieve,open_drawer,put_in_drawer,clear,close_drawer,drawer_round,home,pick_home,pick_put_in_drawer
wait $TRAINING
trap - EXIT INT TERM

mkdir -p assets/weights/compact
cp "$RUN/trained/compact.safetensors" assets/weights/compact/compact.safetensors
"$VLA" calibrate --policy assets/weights/compact/compact.safetensors --out assets/weights/compact/compact.safetensors
"$VLA" evaluate --split seen,unseen-seeds,swap --episodes 300 --beside 100 --out "$RUN/evaluation"
