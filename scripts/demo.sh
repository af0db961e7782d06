#!/usr/bin/env bash
# The story of a training checkpoint: inspect it, slim it, export it to every format, verify every file, evaluate every file on the same faces.
#   scripts/demo.sh [PROGRAM [FOLDER]]
# The faces are drawn, nobody's photographs, and the checkpoint was trained on faces drawn by the same program (fixtures/make_demo.py).
# FOLDER (demo-output) stays. Exit code 1 if a file is not verified, or if its evaluation differs from the checkpoint's in a single pair.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" && exit 0 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/.build/release/convert}")
folder=$(realpath -m "${2:-$root/demo-output}")
mark=made-by-demo.txt

[ -x "$program" ] || { echo "demo: $program is not there: run make build" >&2; exit 2; }
if [ -e "$folder" ] && [ ! -e "$folder/$mark" ]; then
  echo "demo: $folder exists and was not made by the demo; move it away, or name a different folder: bash scripts/demo.sh $program FOLDER" >&2
  exit 2
fi
rm -rf "$folder"
mkdir -p "$folder/evaluation"
cd "$folder"
echo "scripts/demo.sh made this folder, and replaces it when it runs again." > "$mark"
cp -r "$root"/fixtures/demo/{faces,pairs.txt,best_lfw.json,history.json,training_config.json} .
cp "$root"/fixtures/demo/epoch_*.pth .
checkpoint=$(echo epoch_*.pth)

say() { printf '\n== %s\n' "$*"; }
gap=$'\n'
# Prints a command as a user types it, then runs it; messages call the program by this name, too.
pthconvert() {
  local word shown=
  for word in "$@"; do
    [[ $word == *'*'* ]] && word="'$word'"
    shown+=" $word"
  done
  printf '%s$ pthconvert%s\n' "$gap" "$shown"
  (exec -a pthconvert "$program" "$@")
}

files=(slim.pth face.onnx face.safetensors face.h5 face.flat face.pth)
faces=(--lfw-root faces --pairs-file pairs.txt --no-cache)
failed=0

say "Inspect: what is in a training checkpoint that PyTorch wrote, and is it safe to load?"
pthconvert inspect "$checkpoint" --keys 'input_layer.*' --keys 'output_layer.*'
pthconvert inspect --safety "$checkpoint"

say "Slim: only what inference needs, whatever the network"
pthconvert slim "$checkpoint" slim.pth

say "Export: the network rebuilt, written in every format, read back from disk, and run side by side with its source"
pthconvert "$checkpoint" face.onnx
echo
for file in face.safetensors face.h5 face.flat face.pth; do gap='' pthconvert "$checkpoint" "$file" --quiet; done

say "Verify: is each file still the checkpoint's network?"
declare -A verdicts
for file in "${files[@]}"; do
  pthconvert verify "$file" "$checkpoint" | tee last.txt || failed=1
  verdicts[$file]=$(tail -n 1 last.txt)
  [ "${verdicts[$file]}" = "the same network" ] || failed=1
done
rm last.txt

say "Evaluate: LFW's protocol on 160 drawn faces, first by the checkpoint, compared with what PyTorch recorded after training"
# A pair of 400 is a quarter of a point.
pthconvert evaluate "$checkpoint" "${faces[@]}" --baseline best_lfw.json --tolerance 0.1 --output-dir "evaluation/$checkpoint" \
  || failed=1

say "Evaluate: the same by every file, compared with the checkpoint pair by pair"
for file in "${files[@]}"; do
  gap='' pthconvert evaluate "$file" "${faces[@]}" --baseline "evaluation/$checkpoint/pair_scores.csv" --tolerance 0 --output-dir "evaluation/$file" \
    > "evaluation/$file.txt" 2>&1 || failed=1
  printf '\n'
  grep -E '^(\$|accuracy|confusion|  decisions|met|NOT met)' "evaluation/$file.txt" || cat "evaluation/$file.txt"
done

say "Summary"
row() { printf '%-16s %11s  %-20s %11s  %s\n' "$@"; }
table() {
  row file bytes verified accuracy "pairs right"
  local file verdict right
  for file in "$checkpoint" "${files[@]}"; do
    verdict=${verdicts[$file]:-the source}
    # Of each fold: its accuracy, and its pairs of one person and of two that were decided correctly.
    right=$(awk -F, 'NR > 1 { sum += $3; right += $4 + $6; pairs += $4 + $5 + $6 + $7 }
      END { printf "%.4f %% %d of %d", 100 * sum / (NR - 1), right, pairs }' "evaluation/$file/fold_metrics.csv")
    row "$file" "$(stat -c %s "$file")" "$verdict" "${right%% %*} %" "${right#* % }"
  done
}
table | tee summary.txt
for file in "${files[@]}"; do
  cmp "evaluation/$checkpoint/fold_metrics.csv" "evaluation/$file/fold_metrics.csv" || failed=1
done
if [ "$failed" = 0 ]; then
  verdict="every file is the same network and decides every pair like the checkpoint"
else
  verdict="NOT as expected: see above"
fi
printf '\n%s\n' "$verdict" | tee -a summary.txt
cat <<END

done in $SECONDS s; everything is in $folder
the summary:  $folder/summary.txt
the report:   $folder/evaluation/$checkpoint/report.html
END
exit "$failed"
