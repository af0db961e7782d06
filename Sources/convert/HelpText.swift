/// What `--help` prints.
enum HelpText {
    static func text(for command: String?) -> String {
        switch command {
        case "inspect": inspect
        case "slim": slim
        case "export": export
        case "run": run
        case "align": align
        case "verify": verify
        case "score": score
        case "evaluate": evaluate
        case "cache": cache
        default: overview
        }
    }

    static let overview = """
        convert: reads PyTorch checkpoints without Python and without running anything in them

          convert INPUT OUTPUT             rebuilds the network and exports it by OUTPUT's ending, checked from disk
          convert inspect FILE             what is in it: container, metadata, state dict, graph, bytes by group, safety
          convert slim FILE -o OUT         only what inference needs, whatever the network, checked bit for bit
          convert export FILE -o OUT       the same as convert INPUT OUTPUT, with all options

          convert verify EXPORT --against FILE   is it the same network: tensors, numbers, and the layer where they part
          convert run MODEL IMAGE…               embeddings of pictures, or with -i x.npy -o y.npy any input's outputs
          convert align IMAGE|DIR … -o DIR       faces found and cut out, as the reference project's pipeline does it

          convert evaluate MODEL --lfw-root DIR --pairs-file FILE   the full LFW protocol: align, embed, score, judge
          convert cache [clear]                  what evaluations keep, and away with it
          convert score pair_scores.csv          every LFW figure from scores, or from --pairs-file and --embeddings

          convert COMMAND --help           all options of a command
          convert --version

        Reads .pth .pt .ckpt .bin (zip, legacy, tar, plain pickle), .onnx, .safetensors, .h5 .hdf5 and .flat, by content.
        Exit codes: 0 fine, 1 a check failed, 2 an error, 64 wrong arguments.
        """

    static let inspect = """
        convert inspect FILE [options]

          --keys GLOB          list only names that match (repeatable); * also crosses dots
          --state-dict PATH    look at this dictionary instead of the one that would be chosen: keys and places in
                               lists joined by dots, such as models.1; a dot alone is the root
          --verbose            after an error also its details, such as all keys of an unknown network
          --check              compare checksums; count NaN and infinities; minimum, maximum and mean of each tensor
          --graph              the network's graph, a line a node
          --dot                the same in Graphviz's DOT language
          --arch NAME          what the network is; --key-map FILE renames keys first
          --safety             only the safety scan: is it complete, and is it clean, unknown or dangerous
          --json               the same as JSON (docs/inspect-json.md)

        Exit codes: 0 fine, 1 --check met NaN or infinities, 2 an error or damage, 64 wrong arguments. Of --safety: 1 dangerous, else 2 not
        complete, unreadable or misleading, else 3 unknown classes or functions, else 0 complete and clean.
        """

    static let slim = """
        convert slim FILE -o OUT [options]

          -o, --output OUT     the file to write; .pth .pt .ckpt .bin, .safetensors, .h5 .hdf5 or .flat
          --keep GLOB          keep this although it serves training only (repeatable), over dotted paths or names in
                               the state dict; * also crosses dots
          --drop GLOB          leave this out in any case (repeatable)
          --state-dict PATH    the dictionary that holds the weights, such as models.1; a dot alone is the root
          --strip-prefix TEXT  take TEXT off the state dict's names, such as module.
          --dequantize         write quantised tensors as float32, by their scale and zero point
          --force              replace OUT if it exists
          --quiet              say nothing unless something is wrong

        Keys and tensors of the state dict stay as they are. The output is read back from disk and compared bit for bit before it gets its name.
        """

    static let export = """
        convert INPUT OUTPUT [options]
        convert export FILE -o OUT [options]

          -o, --output OUT     the file to write: .onnx .safetensors .h5 .hdf5 .flat .pth .pt .ckpt .bin
          --to FORMAT          its format, where the ending does not say: onnx, safetensors, hdf5, flat, pth
          --arch NAME          what the network is, where the checkpoint names another
          --key-map FILE       rename keys first: a line is OLD NEW, * stands for any text
          --state-dict PATH    the dictionary that holds the weights, such as models.1; a dot alone is the root
          --dequantize         read quantised tensors as float32, by their scale and zero point
          --dtype TYPE         round weights to float32, float16 or bfloat16; arithmetic stays float32
          --fold-batchnorm     fold batch normalisation into the layer before it (.onnx .h5 .flat)
          --normalize          append an L2 normalisation
          --embed-preprocess   put mean and scale in front, for raw pixels; =uint8 for whole numbers
          --input-mean N       what is subtracted from a pixel, where it is not the family's usual 127.5
          --input-std N        what divides it then
          --opset N            ONNX operator set, 11 to 22 (17)
          --external-data      ONNX tensors in a file beside it, OUT.data
          --proof DIR          beside an ONNX file: seeded input and this executor's outputs as ONNX's test runners keep them
          --compress N         HDF5: gzip level, 1 to 9
          --verify WHAT        full (tensors, and both networks run on seeded images), tensors (every bit, graph and contract, read back
                               from disk) or none
          --no-verify          the same as --verify none
          --evaluate           then evaluate OUT on LFW, with the options of convert evaluate (--lfw-root, --pairs-file, …)
          --force              replace OUT if it exists
          --quiet              say nothing unless something is wrong
          --verbose            all figures of the check; after an error its details, such as all keys of an unknown network
        """

    static let run = """
        convert run MODEL IMAGE… [-o y.npy | -o y.csv] [options]
        convert run MODEL --input x.npy -o y.npy [options]

          IMAGE                a JPEG or PNG, or a folder with such files, taken in sorted order; EXIF orientation is not followed.
                               Where the model takes faces, one is cut out of each as convert align does it (without one the picture
                               is resized whole, and told); else the picture is resized whole as Pillow's BILINEAR does it
          --preprocess resize  no face is looked for; --mtcnn-margin, --selection and the others as for align
          -i, --input FILE     float32 images × channels × height × width, mean and scale applied already
          -o, --output FILE    the first output: .npy float32, images × numbers; .csv a line an image, its path first (for IMAGE… only);
                               without it the first few numbers of each image are printed
          --input-mean N, --input-std N   how pixels of IMAGE… enter, where the model says otherwise
          --normalize          append an L2 normalisation
          --exact              direct convolution with short partial sums: slower, nearer to float64
          --float64            the plain reference in float64: very slow
          --threads N          threads (one a core)
          --batch-size N       images worked on at once, at most; results do not depend on it
          --repeat N           run N times and tell the median rate
          --timing             tell the milliseconds of each step
          --baseline           the loops for processors without AVX2 and FMA
          --arch, --key-map, --state-dict   as for export
          --force              replace the output; run although numbers are not finite

        A network of any input size takes one image, in its own size. An image that cannot be read gets a line, the others are done.
        Exit codes: 0 fine, 1 some image could not be read, 2 an error, 64 wrong arguments.
        """

    static let align = """
        convert align IMAGE|DIR … -o DIR [options]

          IMAGE|DIR            JPEG and PNG files, or folders with such files, whose tree the crops keep: NAME/NAME_0001.png
          -o, --output DIR     where crops go, with faces.csv (the face taken) and faces.json (every face, landmarks); one level is created
          --preprocess WAY     mtcnn (a face is cut out; without one the whole picture is resized, and counted) or resize
          --image-size N       side of the crop (112)
          --mtcnn-margin N     pixels of the crop that lie around the face's box, both sides together (16, or 0 in a smaller crop); nothing where pictures
                               are resized whole
          --selection WAY      which of several faces: largest, probability, center-weighted or largest-over-threshold
          --min-face-size N    side of the smallest face that is looked for (20)
          --thresholds A,B,C   least probability in each of the three networks (0.6,0.7,0.7)
          --factor F           side of each level of the pyramid over the one before (0.709)
          --mtcnn-weights DIR  the folder with pnet, rnet and onet in any readable format; else CONVERT_DATA/mtcnn, or mtcnn in
                               XDG_DATA_HOME/convert or ~/.local/share/convert, which make setup fills, or /usr/local/share/convert
          --no-crops           only the tables
          --draw               also NAME/NAME_0001.faces.png: the picture with boxes and landmarks
          --threads N          threads (one a core)
          --force              replace files that exist
          --quiet              say nothing unless something is wrong

        Crops equal those of facenet-pytorch 2.6.0 with Pillow 10.2. EXIF orientation is not followed, as it is not there.
        A picture that cannot be read, or is too large, gets a line; the others are done.
        Exit codes: 0 fine, 1 some picture could not be aligned, 2 an error, 64 wrong arguments.
        """

    static let verify = """
        convert verify EXPORT --against FILE [options]

          --against FILE       what it was made from; any readable format
          -i, --input FILE     pixels from 0 to 255 as .npy, images × channels × height × width, instead of seeded noise
          --images PATH        pictures instead of noise: a JPEG or PNG, or a folder's first 64 in sorted order
          --atol N, --rtol N   allow so much, and so much of the source's magnitude, on outputs as they are
          --exact              run with short partial sums
          --input-mean N, --input-std N   how pixels enter, for both
          --threads N, --batch-size N
          --arch, --key-map, --state-dict   as for export, for FILE
          --json               the same as JSON

        Allowed without --atol and --rtol, on outputs brought to unit length: 3e-6 (float32), 2e-3 (float16), 1.5e-2 (bfloat16 weights).
        Exit codes: 0 the same network, 1 a difference, 2 an error or damage that a checksum reveals, 64 wrong arguments.
        """

    static let evaluate = """
        convert evaluate MODEL --lfw-root DIR --pairs-file FILE [options]

          MODEL                any format that holds or gives a network; --checkpoint FILE is the same
          --lfw-root DIR       the folder with NAME/NAME_0001.jpg; not needed beside --crops
          --pairs-file FILE    `path path label` lines, or LFW's own pairs.txt
          --against MODEL      a second model on the same crops: which pairs change sides, how far scores part, McNemar's exact p;
                               its scores go to pair_scores_against.csv. Takes the place of --baseline: exit 1 where accuracy or AUC part
                               by more than the tolerances
          --tta-flip           the mean of an image's and its mirror image's embedding
          --input-mean N, --input-std N   how pixels enter, where the model says otherwise; for both models
          --exact              direct convolution with short partial sums: slower, nearer to float64
          --batch-size N       images worked on at once, at most; results do not depend on it
          --backbone, --arch NAME, --key-map, --state-dict   as for export
          --num-workers, --device   taken and told to mean nothing

        Crops:
          --preprocess, --mtcnn-margin, --image-size, --selection, --min-face-size, --thresholds, --factor, --mtcnn-weights, --threads
                               as for align; what is not given, the model says
          --crops DIR          use finished crops, as convert align makes them; faces missed and the way they were made are read from
                               its faces.json, where there is one
          --cache DIR          where crops and embeddings are kept (~/.cache/convert); an interrupted run goes on from there
          --no-cache           keep nothing
          --allow-missing      leave pairs out whose image is missing or damaged; the figure is then not LFW's

        Judging and files:
          --expect-accuracy P, --tolerance, --expect-auc, --auc-tolerance, --baseline FILE, --protocol, --folds, --seed,
          --output-dir DIR, --with-photos, --json, --quiet, --force   as for score

        Exit codes: 0 fine, 1 not as expected, 2 an error, 64 wrong arguments.
        """

    static let cache = """
        convert cache [clear] [--cache DIR]

        Says how much crops and embeddings of evaluations take, or removes them. Only the cache's own files are touched.
        """

    static let score = """
        convert score pair_scores.csv [options]
        convert score --pairs-file FILE --embeddings FILE [options]

          pair_scores.csv      image_a,image_b,label,cosine_score, as the reference project writes it
          --pairs-file FILE    lines of path, path and label, or LFW's own pairs.txt
          --embeddings FILE    .npz (paths, embeddings), .npy (a row for each path of the pairs, sorted) or .csv (path, numbers)

        """ + judging + """


            Exit codes: 0 fine, 1 not as expected, 2 an error, 64 wrong arguments. Every figure is defined in docs/evaluation.md.
            """

    /// Options of `score` and `evaluate`.
    static let judging = """
          --protocol NAME      reference (midpoints of neighbouring scores), insightface or facenet (a grid of squared distances)
          --folds K            K folds of pairs that are not LFW's 6,000; the figure is then none of LFW's
          --expect-accuracy P  the mean accuracy in percent; not met is exit code 1
          --tolerance N        points of percent that it may be off (0.05, three of 6,000 pairs)
          --expect-auc N       the area under the ROC curve, 0 to 1
          --auc-tolerance N    how far it may be off (0.0005)
          --baseline FILE      another run's pair_scores.csv, metrics.json or best_lfw.json: differences, and held to the tolerances
          --output-dir DIR     write metrics.json, fold_metrics.csv, pair_scores.csv, three plots and report.html there
          --with-photos        photographs of the worst pairs in report.html, for research only; needs --lfw-root
          --lfw-root DIR       folder of the images
          --seed N             seed of the bootstrap
          --json               print metrics.json
          --force              replace files in DIR
          --quiet              say nothing unless something is wrong
        """
}
