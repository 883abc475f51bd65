#!/usr/bin/env bash
# training.sh PROGRAM MPIRUN SOURCES: "mpirun PROGRAM train" learns what one process learns; a rank that dies ends the
# job, and the training goes on from its checkpoint; what all ranks stumble over is said once.
set -euo pipefail
program=$1 mpirun=$2 sources=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 20 ./*.err >&2; exit 1; }

find "$sources/engine" -name '*.cpp' | sort | sed -n 1,40p >list.txt
cat >config.json <<'JSON'
{"architecture": "corpuscope-decoder", "vocab_size": 8192, "hidden_size": 32, "layers": 2, "heads": 2, "kv_heads": 2,
 "head_dim": 16, "ffn_size": 64, "norm": "rmsnorm", "norm_eps": 1e-5, "sub_layernorm": false, "ffn": "swiglu",
 "bias": false, "position": "rope", "rope_base": 10000, "rotary_layout": "half", "xpos_scale_base": 512,
 "tied_embeddings": true, "embedding_scale": 1,
 "attention": {"levels": [{"segment": 16, "dilation": 1}, {"segment": 64, "dilation": 4}],
               "offset_rule": "both_ends", "staggered": true, "causal": true}, "trained_length": 0}
JSON

train=("$program" train model --config config.json --tokenizer "$sources/resources/tokenizer/default.model"
  --threads 1 --length 50 --batch 2 --steps 60 --warm-up 5 --rate 4e-3 --checkpoint-every 10)
ranks=("$mpirun" -np 4 "${train[@]}")

steps() { if [ -f "$1/log.csv" ]; then tail -n +2 "$1/log.csv" | wc -l; else echo 0; fi; }

# Each step once and in order, the losses of the first fifty those of the other.
compare() {
  awk -F, 'FNR == 1 { next }
           NR == FNR { loss[$1] = $2; next }
           $1 != FNR - 1 { print "step " $1 " stands where " FNR - 1 " should"; bad = 1; exit }
           $1 <= 50 { seen++; d = $2 - loss[$1]; if (d < 0) d = -d; if (d > worst) worst = d }
           END { if (bad || seen != 50 || worst > 1e-4) { print seen " steps, " worst " apart"; exit 1 }
                 print "losses of fifty steps within " worst }' "$1/log.csv" "$2/log.csv" || fail "$2 is not $1"
}

"${train[@]}" --data list.txt --out one 2>one.err || fail "one process"
"${ranks[@]}" --data list.txt --out four 2>four.err || fail "four ranks"
compare one four

# Again where the job was done before the rank could be killed.
for attempt in 1 2 3 4 5; do
  rm -rf cut
  "${ranks[@]}" --data list.txt --out cut 2>cut.err &
  job=$!
  while kill -0 "$job" 2>/dev/null && [ "$(steps cut)" -lt 15 ]; do sleep 0.01; done
  kill -9 "$(pgrep -P "$job" | tail -n 1)" 2>/dev/null || true
  if ! wait "$job" && [ "$(steps cut)" -lt 60 ]; then break; fi
  [ "$attempt" -lt 5 ] || fail "the job goes on without one of its ranks"
done
grep -q 'signal 9' cut.err || fail "nobody says that a rank was killed"
"${ranks[@]}" --data list.txt --out cut 2>again.err || fail "it does not go on"
[ "$(steps cut)" = 60 ] || fail "it went on to step $(steps cut)"
compare one cut

status=0
"${ranks[@]}" --data missing.txt --out none 2>none.err || status=$?
[ "$status" = 1 ] || fail "status $status"
[ "$(grep -c '^corpuscope:.*missing.txt' none.err)" = 1 ] || fail "an error of all ranks is not said once"

status=0
"$mpirun" -np 2 "$program" info -w nothing 2>other.err || status=$?
[ "$status" = 1 ] || fail "status $status"
[ "$(grep -c '^corpuscope:.*several ranks' other.err)" = 1 ] || fail "what cannot run on ranks is not refused"
