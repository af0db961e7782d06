import ConvertFiles
import Pickle

/// A pickle that is not a checkpoint, such as a set of pictures: its value, inert, after all that it names was checked against a list.
package struct PlainPickle: Sendable {
    /// The value.
    package let value: CheckpointValue
    /// How many bytes follow the end of the pickle.
    package let surplus: Int

    /// Something that a pickle names and that is not on the list.
    package struct Foreign: Error, Equatable {
        /// Module and name of the class or function.
        package let name: String
        /// Offset of the opcode that names it.
        package let offset: Int
    }

    /// Reads the pickle at the beginning of these bytes; byte strings stay views of them.
    /// - Parameter allowed: Classes and functions that it may name, under their present names (`builtins`, `numpy.core`).
    /// - Throws: `PickleError`, `PthError`, `CallError`, or `Foreign` for the first name that is not allowed, even if nothing calls it.
    package init(_ bytes: ByteView, allowed: Set<String>) throws {
        let document = try PickleMachine.read(bytes)
        for use in document.globals where !allowed.contains(KnownNames.canonical("\(use.module).\(use.name)")) {
            throw Foreign(name: "\(use.module).\(use.name)", offset: use.offset)
        }
        var decoder = ValueDecoder(document, file: bytes.name, loadNested: { _ in .none }) { _ in
            throw PthError.malformedCall(file: bytes.name, call: "persistent id", detail: "a plain pickle has no storages")
        }
        value = try decoder.root()
        surplus = bytes.count - document.byteCount
    }
}
