/// What `--help` prints.
enum HelpText {
    static let overview = """
        convert: reads PyTorch checkpoints without Python and without running anything in them

          convert INPUT OUTPUT             rebuilds the network, exports it by OUTPUT's ending, checks it
          convert inspect FILE             what is in it: container, metadata, state dict, graph, safety
          convert slim FILE OUT            only what inference needs, whatever the network, checked
          convert export FILE -o OUT       the same as convert INPUT OUTPUT, with all options

          convert verify EXPORT FILE       is it the same network: tensors, numbers, first differing layer
          convert run MODEL IMAGE…         embeddings of pictures, or with -i x.npy outputs for any input
          convert align IMAGE|DIR … -o DIR faces found and cut out, as the reference project does it

          convert evaluate MODEL --lfw-root DIR --pairs-file FILE
                                           the full LFW protocol: align, embed, score, judge
          convert score pair_scores.csv    every LFW figure from scores, or from vectors of any engine
          convert cache [clear]            shows, or deletes, the crops and embeddings that evaluations kept

          convert COMMAND --help           all options of a command; convert help COMMAND is the same
          convert --version                also -V

        Reads .pth .pt .ckpt .bin (zip, legacy, tar, plain pickle), .onnx, .safetensors, .h5 .hdf5 and
        .flat, by content. Every command takes --json: one JSON document with its result, alone on the
        standard output (docs/json.md). An option that has no effect on what is asked for is refused.
        Exit codes: 0 fine, 1 a check failed, 2 an error, 64 wrong arguments.
        """

    static let inspect = """
        convert inspect FILE [options]

          --keys GLOB          list only names that match (repeatable); * also crosses dots
          --state-dict PATH    look at this dictionary instead of the one that would be chosen: keys and
                               places in lists joined by dots, such as models.1; a dot alone is the root
          --check              compare checksums; count NaN and infinities; minimum, maximum and mean of
                               each tensor
          --graph              print only the network's graph, one line per node
          --dot                print only the graph, in Graphviz's DOT language
          --arch NAME          the network's family, instead of what its keys say
          --key-map FILE       rename keys first; each line is OLD NEW, and * stands for any text
          --epsilon, --input-mean, --input-std, --channel-order, --image-size, --crop, --preprocess,
          --mtcnn-margin, --assume-like   as for export
          --safety             only the safety scan: is it complete, and is it clean, unknown or dangerous
          --json               the same as JSON (docs/inspect-json.md); the graph is part of it
          --verbose            after an error also its details, such as all keys of an unknown network

        Exit codes: 0 fine, 1 --check met NaN or infinities, 2 an error or damage, 64 wrong arguments. Of
        --safety: 1 dangerous, else 2 not complete, unreadable or misleading, else 3 unknown classes or
        functions, else 0 complete and clean.
        """

    static let slim = """
        convert slim FILE OUT [options]

          -o, --output OUT     the file to write; .pth .pt .ckpt .bin, .safetensors, .h5 .hdf5 or .flat
          --keep GLOB          keep this although it serves training only (repeatable), over dotted paths or
                               names in the state dict; * also crosses dots
          --drop GLOB          leave this out in any case (repeatable)
          --state-dict PATH    the dictionary that holds the weights, such as models.1; a dot alone is the
                               root
          --strip-prefix TEXT  remove TEXT from the beginning of the state dict's names, such as module.
          --dequantize         write quantized tensors as float32, by their scale and zero point
          -f, --force          replace OUT if it exists
          -q, --quiet          print nothing unless something is wrong
          --verbose            after an error also its details
          --json               print the result as JSON

        Keys and tensors of the state dict stay as they are. The output is read back from disk and compared
        bit for bit before it gets its name.
        Exit codes: 0 fine, 2 an error, 64 wrong arguments.
        """

    static let export = """
        convert INPUT OUTPUT [options]
        convert export FILE -o OUT [options]

          -o, --output OUT     the file to write: .onnx .safetensors .h5 .hdf5 .flat .pth .pt .ckpt .bin
          --to FORMAT          its format, if the ending does not say it: onnx, safetensors, hdf5, flat or
                               pth; OUT may then be a folder
          --arch NAME          the network's family, if the checkpoint names another
          --key-map FILE       rename keys first; each line is OLD NEW, and * stands for any text
          --state-dict PATH    the dictionary that holds the weights, such as models.1; a dot alone is the
                               root (.pth only)
          --dequantize         read quantized tensors as float32, by their scale and zero point
          --dtype TYPE         round weights to float32, float16 or bfloat16 (also fp16, half, bf16);
                               arithmetic stays float32
          --fold-batchnorm     fold batch normalization into the layer before it (.onnx .h5 .flat)
          --normalize          make the output an embedding of unit length (appends an L2 normalization)
          --embed-preprocess   put mean and scale in front, for raw pixels as float32; =uint8 for pixels as
                               whole numbers
          --opset N            ONNX only: operator set, 11 to 22 (17)
          --external-data      ONNX only: tensors in a second file, OUT.data
          --proof DIR          ONNX only: seeded input and this executor's outputs, as ONNX's test runners
                               keep them
          --compress N         HDF5 only: gzip level, 1 to 9 (none)
          --verify WHAT        how the output is checked from disk: full (every bit, graph and contract, and
                               both networks run on seeded images), tensors (the same without running) or
                               none (full)
          --no-verify          the same as --verify none
          --evaluate           then evaluate OUT on LFW, with the options of convert evaluate (--lfw-root,
                               --pairs-file, …)
          -f, --force          replace OUT if it exists
          -q, --quiet          print nothing unless something is wrong
          --verbose            print every figure of the check; after an error also its details
          --json               print the result as JSON; with --evaluate, its figures are the member
                               evaluation

        """ + contract + """


            Exit codes: 0 fine, 1 the output is not the same network or --evaluate is not as expected, 2 an
            error, 64 wrong arguments.
            """

    /// Options that say of a network what its file does not.
    static let contract = """

        What the file does not say, or says wrongly (stored as given):
          --epsilon N          ε of every batch normalization; above 0
          --input-mean N       subtracted from every pixel; one number, or three with commas between them
          --input-std N        divides what is left; one number, or three; above 0
          --channel-order WAY  rgb, bgr or gray
          --image-size N       side of the input, or height x width such as 112x96; each 8 to 4096
          --crop WAY           how a photograph is cut: mtcnn (MTCNN's box), arcface (five points) or resize
                               (the whole of it); --preprocess mtcnn|resize is its older name
          --mtcnn-margin N     pixels around MTCNN's box, both sides together, 0 to 4095 (16)
          --assume-like NAME   assume what another model's file says, or what a project's networks have:
                               reference, insightface, magface, facenet, bubbliiiing, nizhib, adaface,
                               curricularface, elasticface, evolve, treb1en, facexzoo, xiaoccer,
                               sphereface, resnet_face18
        """

    static let run = """
        convert run MODEL IMAGE… [-o embeddings.npz] [options]
        convert run MODEL --input x.npy [-o y.npy] [options]

          IMAGE                a JPEG or PNG, or a folder with such files, taken in sorted order. If the
                               model takes faces, one is cut out of each as convert align does it (if none
                               is found, the whole picture is resized, and reported); else the picture is
                               resized whole as Pillow's BILINEAR does
          --exif WAY           follow (brings pictures upright as their EXIF orientation says) or ignore
                               (follow)
          --selection, --min-face-size, --thresholds, --factor, --mtcnn-weights   as for align

          -i, --input FILE     a .npy array of images × channels × height × width that enters as it is: mean
                               and scale applied already. float32; whole numbers, float16 and float64 are
                               converted, and what may be meant otherwise is reported
          --float64            with --input: the plain reference in float64; very slow
          --repeat N           with --input: run N times, 1 to 1000000, and print the median rate

          -o, --output FILE    the first output: .npy (images × numbers), .npz (paths, embeddings), .csv (a
                               header, then one line per image), .json, .jsonl (one object per line), or -
                               for CSV on the standard output; without it the first five numbers of each
                               image are printed
          --normalize          make the output an embedding of unit length (appends an L2 normalization)
          --exact              direct convolution with short partial sums: slower, closer to float64
          --threads N          threads, 1 to 1024 (one per core)
          --batch-size N       images worked on at once, at most; results do not depend on it
          --timing             print the milliseconds of each step
          --baseline           the loops for processors without AVX2 and FMA
          --arch, --key-map, --state-dict   as for export
          -f, --force          replace the output; run although numbers are not finite
          -q, --quiet          print no notes
          --json               print everything as one JSON document; with -o the numbers are only in the
                               file

        """ + contract + """


            A network of any input size takes one image, in its own size. An image that cannot be read is
            reported and skipped.
            Exit codes: 0 fine, 1 some image could not be read, 2 an error, 64 wrong arguments.
            """

    static let align = """
        convert align IMAGE|DIR … -o DIR [options]

          IMAGE|DIR            JPEG and PNG files, or folders with such files; crops keep their tree:
                               NAME/NAME_0001.png
          -o, --output DIR     where crops go, with faces.csv (the face taken) and faces.json (every face,
                               landmarks); one level is created
          --crop WAY           mtcnn (a face is cut out; if none is found, the whole picture is resized, and
                               counted) or resize (mtcnn); --preprocess is its older name
          --exif WAY           follow (brings pictures upright as their EXIF orientation says) or ignore, as
                               the reference does (ignore); pictures whose orientation is ignored are
                               reported
          --image-size N       side of the crop, 8 to 4096 (112)
          --mtcnn-margin N     pixels of the crop that lie around the face's box, both sides together, less
                               than the image size (16, or 0 in a crop of 16 or less)
          --selection WAY      which of several faces: largest, probability, center-weighted or
                               largest-over-threshold (largest)
          --min-face-size N    side of the smallest face that is looked for, 1 to 1000000 (20)
          --thresholds A,B,C   least probability in each of the three networks, 0 to 1 (0.6,0.7,0.7)
          --factor F           side of each level of the pyramid over the one before, 0.1 to 0.99 (0.709)
          --mtcnn-weights DIR  the folder with pnet, rnet and onet in any readable format; else
                               CONVERT_DATA/mtcnn, or mtcnn in XDG_DATA_HOME/convert or
                               ~/.local/share/convert, which make setup fills, or /usr/local/share/convert
          --no-crops           write only the tables
          --draw               also NAME/NAME_0001.faces.png: the picture with boxes and landmarks
          --threads N          threads, 1 to 1024 (one per core)
          -f, --force          replace files that exist
          -q, --quiet          print nothing unless something is wrong
          --json               print the summary as JSON

        Crops equal those of facenet-pytorch 2.6.0 with Pillow 10.2.
        A picture that cannot be read, or is too large, is reported and skipped.
        Exit codes: 0 fine, 1 some picture could not be aligned, 2 an error, 64 wrong arguments.
        """

    static let verify = """
        convert verify EXPORT FILE [options]
        convert verify EXPORT --against FILE [options]

          --against FILE       what it was made from; any readable format
          -i, --input FILE     pixels from 0 to 255 as .npy, images × channels × height × width, instead of
                               seeded images
          --images PATH        pictures instead of seeded images: a JPEG or PNG, or a folder's first 64 in
                               sorted order
          --exif WAY           with --images: follow EXIF orientation or ignore it (follow)
          --atol N, --rtol N   the largest difference allowed, absolute and relative to the source, on
                               outputs as they are
          --exact              run with short partial sums
          --threads N          threads, 1 to 1024 (one per core)
          --batch-size N       images worked on at once, at most; results do not depend on it
          --arch, --key-map, --state-dict   as for export, for FILE
          --epsilon, --input-mean, --input-std, --channel-order, --image-size, --crop, --preprocess,
          --mtcnn-margin, --assume-like   as for export
          --verbose            print every figure of every output
          -q, --quiet          print nothing unless something is wrong
          --json               print the result as JSON

        Layers are matched by what they compute, whatever they are called, and everything that both files
        state is compared: tensors, attributes, the input contract, and the outputs on the same images.
        Allowed without --atol and --rtol: 3e-6 on outputs brought to unit length. An export with float16 or
        bfloat16 weights is held to that against the source rounded likewise. Options about running the
        networks are refused if a side holds bare weights.
        Answers: the same network (exit 0), NOT the same network (1), cannot tell (2: something could not be
        read or run); 64 wrong arguments.
        """

    static let evaluate = """
        convert evaluate MODEL --lfw-root DIR --pairs-file FILE [options]

          MODEL                any format that holds or gives a network; --checkpoint FILE is the same
          --lfw-root DIR       the folder with NAME/NAME_0001.jpg (or the same with another ending, which is
                               reported); not needed with --crops
          --pairs-file FILE    lines of path, path and label, separated by spaces, tabs or commas, or LFW's
                               own pairs.txt
          --against MODEL      a second model on the same crops: which pairs change sides, how far scores
                               differ, McNemar's exact p; its scores go to pair_scores_against.csv. Replaces
                               --baseline: exit 1 if accuracy or AUC differ by more than the tolerances
          --tta-flip           use the mean of the embeddings of an image and its mirror image
          --exact              direct convolution with short partial sums: slower, closer to float64
          --batch-size N       images worked on at once, at most; results do not depend on it
          --threads N          threads, 1 to 1024 (one per core)
          --backbone, --arch NAME, --key-map, --state-dict   as for export
          --epsilon, --input-mean, --input-std, --channel-order, --assume-like   as for export, for both
          --num-workers, --device   accepted and ignored

        Crops:
          --crop, --preprocess, --mtcnn-margin, --image-size, --selection, --min-face-size, --thresholds,
          --factor, --mtcnn-weights, --exif   as for align; what is not given, the model says
          --crops DIR          use finished crops, as convert align makes them; faces missed and the way
                               they were made are read from its faces.json, if there is one
          --cache DIR          where crops and embeddings are kept (~/.cache/convert); an interrupted run
                               resumes from there
          --no-cache           keep nothing
          --allow-missing      leave out pairs whose image is missing or damaged; the figure is then not
                               LFW's

        Judging and files:
          --expect-accuracy P, --tolerance, --expect-auc, --auc-tolerance, --baseline FILE, --protocol,
          --folds, --seed, --output-dir DIR, --with-photos, --json, -q, -f   as for score

        Exit codes: 0 fine, 1 not as expected, 2 an error, 64 wrong arguments.
        """

    static let cache = """
        convert cache [clear] [--cache DIR] [--json]

          --cache DIR          the cache's folder (~/.cache/convert)
          -q, --quiet          with clear: print nothing unless something is wrong
          --json               print the result as JSON

        Shows how much space crops and embeddings of evaluations take, or deletes them. Only the cache's own
        files are touched.
        """

    static let score = """
        convert score pair_scores.csv [options]
        convert score --pairs-file FILE --embeddings FILE [options]

          pair_scores.csv      image_a,image_b,label,cosine_score, as the reference project writes it
          --pairs-file FILE    lines of path, path and label, separated by spaces, tabs or commas, or LFW's
                               own pairs.txt
          --embeddings FILE    .npz (paths, embeddings), .npy (one row per path of the pairs, sorted) or
                               .csv (path, numbers)

        """ + judging + """


            Exit codes: 0 fine, 1 not as expected, 2 an error, 64 wrong arguments. Every figure is defined in
            docs/evaluation.md.
            """

    /// Options of `score` and `evaluate`.
    static let judging = """
          --protocol NAME      reference (midpoints of neighboring scores), insightface or facenet (a grid
                               of squared distances) (reference)
          --folds K            K folds, 2 to 1000, of pairs that are not LFW's 6,000; the figure is then not
                               LFW's
          --expect-accuracy P  the mean accuracy in percent; exit code 1 if it is not met
          --tolerance N        percentage points that accuracy may be off (0.05, three of 6,000 pairs)
          --expect-auc N       the area under the ROC curve, 0 to 1
          --auc-tolerance N    how far it may be off (0.0005)
          --baseline FILE      another run's pair_scores.csv, metrics.json or best_lfw.json: differences,
                               held to the tolerances; scores are compared pair by pair, in any order
          --output-dir DIR     write metrics.json, fold_metrics.csv, pair_scores.csv, three plots and
                               report.html there
          --with-photos        photographs of the worst pairs in report.html, for research only; needs
                               --lfw-root
          --lfw-root DIR       folder of the images, for the report
          --seed N             seed of the bootstrap
          --json               print metrics.json
          -f, --force          replace files in DIR
          -q, --quiet          print nothing unless something is wrong
        """
}
