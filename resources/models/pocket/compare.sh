#!/bin/sh
# Trains small decoders that differ only in how they tell positions and in their pattern, for equal steps, and reads
# the held-out texts with each at the trained length and at 64 times it: compare.sh LISTS OUT (LISTS from texts.py).
# Prints one line of JSON a model and length. About ten minutes a model on one processor.
set -eu
[ $# -eq 2 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
lists=$1 out=$2
corpuscope=${CORPUSCOPE:-corpuscope}
tokenizer=$here/../../tokenizer/default.model

config() { # position, offset rule, staggered
  cat <<JSON
{"architecture": "corpuscope-decoder", "vocab_size": 8192, "hidden_size": 128, "layers": 4, "heads": 4, "kv_heads": 4,
 "head_dim": 32, "ffn_size": 352, "norm": "rmsnorm", "norm_eps": 1e-5, "sub_layernorm": false, "ffn": "swiglu",
 "bias": false, "position": "$1", "rope_base": 10000, "rotary_layout": "half", "xpos_scale_base": 512,
 "tied_embeddings": true, "embedding_scale": 1,
 "attention": {"levels": [{"segment": 512, "dilation": 1}, {"segment": 1024, "dilation": 2},
                          {"segment": 2048, "dilation": 4}],
               "offset_rule": "$2", "staggered": $3, "causal": true}}
JSON
}

compare() { # position, offset rule, staggered
  model=$out/$1-$2-staggered-$3
  mkdir -p "$model"
  config "$@" > "$model/start.json"
  "$corpuscope" train model --config "$model/start.json" --tokenizer "$tokenizer" \
    --data "$lists/books.txt" "$lists/code.txt" --share 0.4 0.6 --out "$model" --length 2048 --batch 1 \
    --steps "${STEPS:-1000}" --warm-up 50 --rate 3e-3 --threads "${THREADS:-1}" --quiet > /dev/null
  for length in 2048 131072; do
    "$corpuscope" train evaluate --model "$model" --tokenizer "$tokenizer" --length $length \
      --held-out "$lists/held-out/books.txt" "$lists/held-out/code.txt" --quiet --json > "$model/read-$length.json"
  done
  for length in 2048 131072; do
    echo "{\"model\": \"$(basename "$model")\", \"results\": $(tr -d '\n' < "$model/read-$length.json")}"
  done
}

# Two side by side.
compare rope modulo true & compare rope modulo false & wait
compare rope both_ends true & compare rope both_ends false & wait
compare per_level modulo true & compare xpos modulo true & wait
compare none modulo true
