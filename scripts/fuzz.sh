#!/usr/bin/env bash
# Every reader under libFuzzer with AddressSanitizer and the standard library's debug checks, in turn. Seeds are the fixtures; inputs that fail are
# written to .build/fuzz/crashes. Usage: fuzz.sh MINUTES [MODE…]
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
minutes=${1:?usage: fuzz.sh MINUTES [MODE…]}
shift || true
cd "$(dirname "$0")/.."
modes=${*:-open safety pickle image scores pairs set embeddings npy json document graph family keymap names}
swift=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
archive=$(ls "$swift"/lib/clang/*/lib/linux/libclang_rt.fuzzer-"$(uname -m)".a | tail -1)
build=.build/fuzz
CONVERT_FUZZ=$archive swift build -c release --scratch-path "$build" --product FuzzReaders --sanitize=address -Xswiftc -Xfrontend \
  -Xswiftc -sanitize=fuzzer -Xcc -fsanitize=fuzzer-no-link -Xswiftc -assert-config -Xswiftc Debug
seeds() {
  case $1 in
    open) find fixtures/{training,views,dtypes,containers,models,operations,metadata} -type f -size -200k ;;
    safety | pickle) find fixtures/{hostile,opcodes,containers} -type f -size -200k ;;
    image) find fixtures/images -name '*.[jp][pn]g' ;;
    scores) ls fixtures/scores/*.csv ;;
    pairs) ls fixtures/scores/*.txt ;;
    set) ls fixtures/sets/*.bin ;;
    embeddings | npy) ls fixtures/scores/*.np[yz] fixtures/models/*.npy ;;
    family) ls Sources/Architectures/Descriptions/*.family ;;
    json | document) find fixtures -name '*.json' -size -100k ;;
  esac
}
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:abort_on_error=0 SWIFT_BACKTRACE=enable=no
mkdir -p "$build/crashes"
for mode in $modes; do
  corpus=$build/corpus/$mode
  mkdir -p "$corpus"
  seeds "$mode" | while read -r file; do cp "$file" "$corpus/seed-$(basename "$file")"; done
  if [ -f "fixtures/fuzz/$mode.corpus" ]; then python3 scripts/fuzz_corpus.py --unpack "fixtures/fuzz/$mode.corpus" "$corpus"; fi
  echo "== $mode"
  FUZZ_MODE=$mode "$build/release/FuzzReaders" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 -detect_leaks=0 \
    -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2000 -max_len=40000 -dict="Fuzz/Dictionaries/$mode.dict" \
    -artifact_prefix="$build/crashes/$mode-" "$corpus" 2>&1 | tail -2
done
ls "$build/crashes"

# `make test` replays the smallest inputs that reach all edges, at most 64 kB per mode. `PACK=1` writes them to fixtures/fuzz.
if [ "${PACK:-}" ]; then
  for mode in $modes; do
    rm -rf "$build/least" && mkdir -p "$build/least"
    FUZZ_MODE=$mode "$build/release/FuzzReaders" -merge=1 "$build/least" "$build/corpus/$mode" > /dev/null 2>&1
    python3 scripts/fuzz_corpus.py "$build/least" "fixtures/fuzz/$mode.corpus"
  done
fi
