#!/usr/bin/env bash
# reading.sh PROGRAM MPIRUN SOURCES: "mpirun PROGRAM read" finds what one process finds and says it once; a rank that
# dies ends the job, and one process goes on from what it left.
set -euo pipefail
program=$1 mpirun=$2 sources=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 20 ./*.err >&2; exit 1; }

cat >config.json <<'JSON'
{"architecture": "corpuscope-decoder", "vocab_size": 8192, "hidden_size": 64, "layers": 2, "heads": 6, "kv_heads": 3,
 "head_dim": 16, "ffn_size": 128, "norm": "rmsnorm", "norm_eps": 1e-5, "sub_layernorm": false, "ffn": "swiglu",
 "bias": false, "position": "rope", "rope_base": 10000, "rotary_layout": "half", "xpos_scale_base": 512,
 "tied_embeddings": true, "embedding_scale": 1,
 "attention": {"levels": [{"segment": 64, "dilation": 1}, {"segment": 256, "dilation": 4}],
               "offset_rule": "both_ends", "staggered": true, "causal": true}, "trained_length": 0}
JSON
tokenizer="$sources/resources/tokenizer/default.model"
find "$sources/engine" -name '*.cpp' | sort >list.txt
"$program" train model --config config.json --tokenizer "$tokenizer" --threads 1 --length 64 --batch 1 --steps 30 \
  --warm-up 5 --data list.txt --out model -q >train.out 2>train.err || fail "there is no model"
mkdir corpus  # more than one checkpoint's 65,536 tokens
cp -r "$sources"/engine/{model,training} corpus
"$program" open corpus -w one.corpuscope -q >open.out 2>open.err || fail "there is no corpus"
for name in two four cut; do cp one.corpuscope "$name.corpuscope"; done

read=("$program" read --model model --detail full --passages 200 --json)

done_of() {
  local done
  done=$("$program" info -w "$1.corpuscope" --json 2>info.err | sed -n 's/^ *"done": \([0-9]*\),/\1/p')
  echo "${done:-0}"
}
tokens=$("$program" info -w one.corpuscope --json | sed -n 's/^  "tokens": \([0-9]*\),/\1/p')

# The bits of the run, of the most surprising passages and of the least: said once, and the same.
compare() {
  [ "$(grep -c '"workspace"' "$2.json")" = 1 ] || fail "$2 is not said once"
  [ "$(done_of "$2")" = "$tokens" ] || fail "$2 ends at $(done_of "$2")"
  paste <(grep '"bits_per_token"' "$1.json") <(grep '"bits_per_token"' "$2.json") | tr -d '",' |
    awk '{ d = $2 - $4; if (d < 0) d = -d; if (d > worst) worst = d; seen++; sum += $2 }
         END { if (seen < 100 || !(sum > 0) || worst > 2e-3) { print seen " figures, " worst " apart"; exit 1 }
               print seen " figures within " worst + 0 }' || fail "$2 is not $1"
}

"${read[@]}" -w one.corpuscope >one.json 2>one.err || fail "one process"
"$mpirun" -np 2 "${read[@]}" -w two.corpuscope >two.json 2>two.err || fail "two ranks"
compare one two
"$mpirun" -np 4 "${read[@]}" -w four.corpuscope >four.json 2>four.err || fail "four ranks"
compare one four
[ "$(grep -c 'tokens to read' four.err)" = 1 ] || fail "the plan is not told once"

# Again where the job was done before the rank could be killed.
cp cut.corpuscope fresh.corpuscope
for attempt in 1 2 3 4 5; do
  rm -f cut.corpuscope*
  cp fresh.corpuscope cut.corpuscope
  "$mpirun" -np 4 "${read[@]}" -w cut.corpuscope >cut.json 2>cut.err &
  job=$!
  while kill -0 "$job" 2>/dev/null && [ "$(done_of cut)" = 0 ]; do sleep 0.05; done
  kill -9 "$(pgrep -P "$job" | tail -n 1)" 2>/dev/null || true
  if ! wait "$job" && [ "$(done_of cut)" -lt "$tokens" ]; then break; fi
  [ "$attempt" -lt 5 ] || fail "the job goes on without one of its ranks"
done
grep -q 'signal 9' cut.err || fail "nobody says that a rank was killed"
left=$(done_of cut)
[ "$left" -gt 0 ] || fail "nothing is left of what was read"
"${read[@]}" -w cut.corpuscope >cut.json 2>cut.err || fail "it does not go on"
grep -q 'are read already' cut.err || fail "it began again"
compare one cut

# What all ranks stumble over is said once; what one does, with its number.
status=0
"$mpirun" -np 4 "$program" read -w missing.corpuscope 2>none.err || status=$?
[ "$status" = 1 ] || fail "status $status"
[ "$(grep -c '^corpuscope:.*missing.corpuscope' none.err)" = 1 ] || fail "an error of all ranks is not said once"
status=0
"$mpirun" -np 1 "$program" read -w fresh.corpuscope --model model : \
  -np 1 "$program" read -w fresh.corpuscope --model nowhere 2>other.err || status=$?
[ "$status" = 1 ] || fail "status $status"
grep -q '^corpuscope: rank 1 of 2: .*nowhere' other.err || fail "nobody says which rank has failed"
