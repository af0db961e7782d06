#!/usr/bin/env bash
# The main job on a checkpoint from the repository: look inside, export to every format, verify, run, slim.
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
say "The network as ONNX: rebuilt, written, read back, run beside its source"
"$convert" "$checkpoint" "$folder/model.onnx"
say "On to the native format, HDF5 and back to .pth"
"$convert" "$folder/model.onnx" "$folder/model.flat" --quiet
"$convert" "$folder/model.flat" "$folder/model.h5" --quiet
"$convert" "$folder/model.h5" "$folder/model.pth" --quiet
say "Is the last one still the first one?"
"$convert" verify "$folder/model.pth" --against "$checkpoint"
say "Batch normalization folded, weights rounded to float16"
"$convert" "$checkpoint" "$folder/half.onnx" --fold-batchnorm --dtype float16
say "Embeddings of pictures"
"$convert" run "$folder/model.onnx" fixtures/images/jpeg_444.jpg fixtures/images/png_rgb8.png
say "Crops: the face that MTCNN finds, else the whole picture"
"$convert" align fixtures/images/jpeg_444.jpg fixtures/images/png_rgb8.png -o "$folder/crops"
say "Do ONNX and checkpoint decide pairs of pictures alike? (invented pairs; LFW itself takes --lfw-root and its pairs.txt)"
printf '%s\n' "jpeg_444.jpg jpeg_420.jpg 1" "png_rgb8.png png_filters.png 1" "jpeg_444.jpg png_grey8.png 0" "png_rgb8.png jpeg_cmyk.jpg 0" > "$folder/pairs.txt"
"$convert" evaluate "$folder/model.onnx" --against "$checkpoint" --lfw-root fixtures/images --pairs-file "$folder/pairs.txt" --folds 2 \
  --cache "$folder/cache" --output-dir "$folder/evaluation"
say "LFW's figures from recorded scores of invented people"
"$convert" score fixtures/scores/pair_scores.csv --folds 10
say "Only what inference needs, whatever the network"
"$convert" slim "$checkpoint" -o "$folder/slim.safetensors"
