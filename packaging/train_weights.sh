#!/bin/sh
# Makes the shipped weights from nothing: demonstrations, training while the policy's own roll-outs are corrected by the
# expert, figures. About three hours on two quiet cores. Usage: packaging/train_weights.sh [FOLDER]
set -eu
cd "$(dirname "$0")/.."
RUN=${1:-runs/compact}
VLA=${VLA:-.venv/bin/vla-assistant}
# Spinning threads of OpenMP would starve whatever else runs on the machine.
export GOMP_SPINCOUNT=0 LP_NUM_THREADS=1

"$VLA" generate --episodes 900 --seed 1000000 --out "$RUN/data"
"$VLA" train --preset compact --data "$RUN/data" --out "$RUN/trained" &
TRAINING=$!
trap 'kill $TRAINING 2>/dev/null || true' EXIT INT TERM

# The training looks for new recordings every 500 steps; each round corrects the policy as it is by then.
round=1
while [ $round -le 6 ]; do
  sleep 900
  kill -0 $TRAINING 2>/dev/null || break
  cp "$RUN/trained/compact.safetensors" "$RUN/round$round.safetensors"
  "$VLA" generate --episodes 250 --seed $((2000000 + 10000 * round)) --workers 1 \
    --policy "$RUN/round$round.safetensors" --out "$RUN/data"
  round=$((round + 1))
done
wait $TRAINING
trap - EXIT

mkdir -p assets/weights/compact
cp "$RUN/trained/compact.safetensors" assets/weights/compact/compact.safetensors
"$VLA" evaluate --trials 300 --seed 5000 --kinds pick,place,stack
"$VLA" evaluate --trials 100 --seed 1000 --kinds two_step
