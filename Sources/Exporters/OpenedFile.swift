import ConvertFiles
import ConvertIR
import ConvertTensors
import PthReader

/// An opened file of any readable format: its format, its content, and what each of its bytes serves.
package struct OpenedFile: Sendable {
    /// A named count of bytes.
    package struct Group: Sendable {
        /// `backbone`, `head`, `optimizer`, `scheduler`, `scaler`, `history`, `other`, or a part of the container.
        package let name: String
        /// Bytes in the file.
        package let byteCount: Int

        /// A group.
        package init(name: String, byteCount: Int) {
            self.name = name
            self.byteCount = byteCount
        }
    }

    /// The mapped file.
    package let file: MappedFile
    /// The format's name in `FormatRegistry`.
    package let format: String
    /// Facts about the container, in display order.
    package let facts: [FileFact]
    /// The state dict's strided tensors with the file's plain metadata; nil if no state dict was found, see `stateDictError`.
    package let weights: Weights?
    /// What the file says about the model besides its tensors; nil if it says nothing, as with most checkpoints.
    package let document: ModelDocument?
    /// Why a file that has a graph gives no document: the part of it that is not understood.
    package let documentError: (any Error)?
    /// Which dictionary was chosen and why; nil for formats that hold only one.
    package let selection: StateDictSelection?
    /// Why there are no weights.
    package let stateDictError: PthError?
    /// Every byte of the file, grouped by what it serves.
    package let groups: [Group]
    /// Checks of the recorded checksums, one per entry.
    package let checksums: [FileCheck]
    /// The checkpoint that the file was read as; `.pth` only.
    package let checkpoint: Checkpoint?
    /// What loading the file with Python could do, as far as opening it shows; nil for formats without pickles.
    package internal(set) var safety: SafetyScan?
    /// The files that hold its tensors, the opened file first.
    package let sources: [MappedFile]
    /// Where reading departs from the letter of the file, one sentence each.
    package let remarks: [String]
    /// Whether another program wrote or later changed the file: such programs rename tensors and drop those that their graph does not read.
    package let isForeign: Bool

    /// Creates the result for a format that holds only one set of weights.
    init(
        file: MappedFile, format: String, facts: [FileFact], weights: Weights, document: ModelDocument?,
        documentError: (any Error)? = nil, groups: [Group], checksums: [FileCheck], companions: [MappedFile] = [],
        remarks: [String] = [], isForeign: Bool = false
    ) {
        self.init(
            file: file, format: format, facts: facts, weights: weights, document: document, documentError: documentError, selection: nil,
            stateDictError: nil,
            groups: groups, checksums: checksums, checkpoint: nil, companions: companions, remarks: remarks, isForeign: isForeign)
    }

    init(
        file: MappedFile, format: String, facts: [FileFact], weights: Weights?, document: ModelDocument?,
        documentError: (any Error)? = nil, selection: StateDictSelection?, stateDictError: PthError?, groups: [Group],
        checksums: [FileCheck], checkpoint: Checkpoint?,
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

    /// Total size of all its files, in bytes.
    package var byteCount: Int { sources.reduce(0) { $0 + $1.bytes.count } }

    /// Facts that a user should know whatever is done with the file.
    package var warnings: [String] { facts.filter { $0.name == FileFact.warning }.map(\.text) }

    /// Throws if any of the files has changed since it was opened.
    package func checkUnchanged() throws(FileError) {
        for source in sources { try source.checkUnchanged() }
    }
}
