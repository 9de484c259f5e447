#!/bin/sh
# Makes weights like the shipped ones from nothing: demonstrations, training while the policy's own roll-outs are corrected
# by the expert (the training looks for new recordings every 500 steps), figures. About four hours on two quiet cores.
# What the shipped file really went through is in docs/model_card.md; this script was run from end to end with toy sizes only.
# Usage: packaging/train_weights.sh [FOLDER]
# To try the script in minutes: PERCENT=1 PRESET=debug WEIGHTS=/tmp/toy.safetensors packaging/train_weights.sh /tmp/toy
set -eu
cd "$(dirname "$0")/.."
RUN=${1:-runs/compact}
VLA=${VLA:-.venv/bin/vla-assistant}
PERCENT=${PERCENT:-100}
PRESET=${PRESET:-compact}
WEIGHTS=${WEIGHTS:-assets/weights/compact/compact.safetensors}
# Spinning threads of OpenMP and of the software renderer would starve each other.
export GOMP_SPINCOUNT=0 LP_NUM_THREADS=1

share() { echo $((($1 * PERCENT + 99) / 100)); }
ROLL_OUTS=$(share 200)

# Runs one command of the program so that a signal is heeded at once, not when the command has ended.
run() {
  "$VLA" "$@" &
  RUNNING=$!
  wait $RUNNING
  RUNNING=
}
TRAINING=
RUNNING=
trap 'kill $TRAINING $RUNNING 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

run generate --episodes "$(share 6000)" --seed 1000000 --out "$RUN/data"
"$VLA" train --preset "$PRESET" --data "$RUN/data" --out "$RUN/trained" &
TRAINING=$!

# A training that failed ends this script with its status.
wait_for_training() {
  if [ -n "$TRAINING" ]; then
    wait $TRAINING || exit $?
    TRAINING=
  fi
}

wait_for_step() {
  while [ -n "$TRAINING" ]; do
    step=$(tail -n 1 "$RUN/trained/train.jsonl" 2>/dev/null | sed 's/^{"step": \([0-9]*\),.*/\1/')
    [ "${step:-0}" -ge "$1" ] && return
    kill -0 $TRAINING 2>/dev/null || wait_for_training
    sleep "${POLL_S:-10}"
  done
}

# correct STEP ASSIGNMENTS SEED [KINDS]: from this step on, the policy as it is then drives in turns with the expert.
correct() {
  wait_for_step "$(share "$1")"
  cp "$RUN/trained/compact.safetensors" "$RUN/at-step-$1.safetensors"
  run generate --episodes "$(share "$2")" --seed "$3" --workers 1 --kinds "${4:-}" \
    --policy "$RUN/at-step-$1.safetensors" --out "$RUN/data"
}
correct 8000 700 2000000
correct 14000 700 2500000
correct 20000 700 2900000
correct 26000 500 3100000 between,next_to,in_front_of,push_left,push_right,push_forward,push_back,open_drawer,retrieve,tower,swap,clear
wait_for_training

# The weights go to their place last, so that a stage which fails leaves what was there.
MADE="$RUN/compact.safetensors"
run calibrate --episodes "$((ROLL_OUTS < 30 ? 30 : ROLL_OUTS))" --policy "$RUN/trained/compact.safetensors" --out "$MADE"
run evaluate --split seen,unseen-seeds,swap --episodes "$(share 300)" --beside "$(share 100)" --policy "$MADE" \
  --out "$RUN/evaluation"
mkdir -p "$(dirname "$WEIGHTS")"
cp "$MADE" "$WEIGHTS"
