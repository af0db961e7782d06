#!/usr/bin/env bash
# The main job on a checkpoint that lies in the repository: look inside, slim to both formats, read both back.
set -euo pipefail
cd "$(dirname "$0")/.."
convert=.build/release/convert
checkpoint=fixtures/training/small_epoch_003.pth
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

say() { printf '\n== %s\n' "$*"; }

say "What is in a training checkpoint ($checkpoint, written by PyTorch)"
"$convert" inspect "$checkpoint" --keys 'input_layer.*' --keys 'output_layer.*'
say "Is it safe to load?"
"$convert" inspect --safety "$checkpoint"
say "Only what inference needs, as .pth"
"$convert" slim "$checkpoint" -o "$folder/slim.pth"
say "The same as .safetensors"
"$convert" slim "$checkpoint" -o "$folder/slim.safetensors"
say "Read back: the slim .pth"
"$convert" inspect --check "$folder/slim.pth" --keys 'output_layer.*'
say "Read back: the .safetensors"
"$convert" inspect --check "$folder/slim.safetensors" --keys 'output_layer.*'
