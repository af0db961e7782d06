import CHDF5

/// Access to libhdf5: one thread at a time, and every failure with the library's innermost message.
enum HDF5Library {
    /// Runs `body` while no other thread is in the library. Calls may nest on one thread.
    static func serialized<Result>(_ body: () throws -> Result) rethrows -> Result {
        chdf5_enter()
        defer { chdf5_leave() }
        return try body()
    }

    /// The library's message about its last failure on this thread, in one line; read it before the next call.
    static var lastMessage: String {
        var text = [CChar](repeating: 0, count: 1024)
        chdf5_last_error(&text, text.count)
        return line(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Extracts the system's own reason from a failed read or write; the time, descriptor and addresses around it help nobody.
    static func line(_ message: String) -> String {
        let label = Array("error message = '".utf8)
        let bytes = Array(message.utf8)
        for start in bytes.indices where bytes[start...].starts(with: label) {
            let reason = bytes[(start + label.count)...].prefix { $0 != UInt8(ascii: "'") }
            return String(decoding: reason, as: UTF8.self)
        }
        return String(decoding: bytes.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
    }
}

/// An identifier that the library returned; it is closed on deinitialization, however a function is left.
struct HDF5Handle: ~Copyable {
    let id: hid_t

    /// Takes the result of a call; nil if the call failed.
    init?(_ id: hid_t) {
        guard id >= 0 else { return nil }
        self.id = id
    }

    deinit { HDF5Library.serialized { _ = H5Idec_ref(id) } }
}

/// Calls on one file: turns failures into typed errors that name the file and the operation.
struct HDF5Calls: Sendable {
    /// The path for messages.
    let file: String
    let isWriting: Bool

    /// The error for a failed call.
    func failure(_ what: String) -> HDF5Error {
        let detail = HDF5Library.lastMessage
        return isWriting
            ? .cannotWrite(file: file, what: what, detail: detail) : .cannotRead(file: file, what: what, detail: detail)
    }

    /// The handle that a call returned; throws if the call failed.
    func opened(_ id: hid_t, _ what: @autoclosure () -> String) throws(HDF5Error) -> HDF5Handle {
        guard let handle = HDF5Handle(id) else { throw failure(what()) }
        return handle
    }

    /// Throws if a call failed, which every call reports with a negative number.
    @discardableResult
    func check<Status: BinaryInteger>(_ status: Status, _ what: @autoclosure () -> String) throws(HDF5Error) -> Status {
        guard status >= 0 else { throw failure(what()) }
        return status
    }
}
