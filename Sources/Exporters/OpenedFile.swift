import Files
import IR
import PthReader
import Tensors

/// A file of any readable format, opened: what it is, what it holds, where its bytes went.
public struct OpenedFile: Sendable {
    /// A named number of bytes.
    public struct Group: Sendable {
        /// `backbone`, `head`, `optimizer`, `scheduler`, `scaler`, `history`, `other`, or a part of the container.
        public let name: String
        /// Bytes in the file.
        public let byteCount: Int

        /// A group.
        public init(name: String, byteCount: Int) {
            self.name = name
            self.byteCount = byteCount
        }
    }

    /// The mapped file.
    public let file: MappedFile
    /// The format's name in the registry.
    public let format: String
    /// Facts of the container, in order.
    public let facts: [Checkpoint.Fact]
    /// The state dict's strided tensors with the file's plain metadata; nil where no state dict was found, see `stateDictError`.
    public let weights: Weights?
    /// What the file says about the model besides its tensors; nil where it says nothing, as most checkpoints do.
    public let document: ModelDocument?
    /// Why a file that has a graph gives no document: what of it is not understood.
    public let documentError: (any Error)?
    /// Which dictionary was taken and why; nil for formats that hold just one.
    public let selection: StateDictSelection?
    /// Why there are no weights.
    public let stateDictError: PthError?
    /// Every byte of the file, by what it serves.
    public let groups: [Group]
    /// Compares recorded checksums, entry by entry.
    public let checksums: [Checkpoint.Check]
    /// The checkpoint behind it, for `.pth` only.
    public let checkpoint: Checkpoint?
    /// What loading it with Python could do, as far as opening it shows; nil for formats without pickles.
    public internal(set) var safety: SafetyScan?
    /// Identities of the files that its tensors lie in, itself first.
    public let sources: [MappedFile]
    /// What of the file is not followed to the letter, one sentence each.
    public let remarks: [String]
    /// Whether another program wrote the file, or changed it since: such programs rename and leave out what their graph does not read.
    public let isForeign: Bool

    /// A file whose format holds just one set of weights.
    init(
        file: MappedFile, format: String, facts: [Checkpoint.Fact], weights: Weights, document: ModelDocument?,
        documentError: (any Error)? = nil, groups: [Group], checksums: [Checkpoint.Check], companions: [MappedFile] = [],
        remarks: [String] = [], isForeign: Bool = false
    ) {
        self.init(
            file: file, format: format, facts: facts, weights: weights, document: document, documentError: documentError, selection: nil,
            stateDictError: nil,
            groups: groups, checksums: checksums, checkpoint: nil, companions: companions, remarks: remarks, isForeign: isForeign)
    }

    init(
        file: MappedFile, format: String, facts: [Checkpoint.Fact], weights: Weights?, document: ModelDocument?,
        documentError: (any Error)? = nil, selection: StateDictSelection?, stateDictError: PthError?, groups: [Group],
        checksums: [Checkpoint.Check], checkpoint: Checkpoint?,
        companions: [MappedFile] = [], remarks: [String] = [], isForeign: Bool = false
    ) {
        self.file = file
        self.format = format
        self.facts = facts
        self.weights = weights
        self.document = document
        self.documentError = documentError
        self.selection = selection
        self.stateDictError = stateDictError
        self.groups = groups
        self.checksums = checksums
        self.checkpoint = checkpoint
        safety = checkpoint?.safety
        sources = [file] + companions
        self.remarks = remarks
        self.isForeign = isForeign
    }

    /// Bytes of all its files.
    public var byteCount: Int { sources.reduce(0) { $0 + $1.bytes.count } }

    /// Facts that a user should know whatever is done with the file.
    public var warnings: [String] { facts.filter { $0.name == Checkpoint.Fact.warning }.map(\.text) }

    /// Throws when a file that tensors lie in is no longer as it was when it was opened.
    public func checkUnchanged() throws(FileError) {
        for source in sources { try source.checkUnchanged() }
    }
}
