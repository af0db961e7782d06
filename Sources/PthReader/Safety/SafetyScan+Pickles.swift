import ConvertFiles
import Pickle

/// Pickles: one after the other, inside each other, and without a signature.
extension SafetyScan {
    /// Scans pickles one after the other until the end of the bytes.
    mutating func scanStream(
        _ bytes: ByteView, place: String, depth: Int, definesIDs: Bool = true, observe: (PickleDocument) -> Void = { _ in }
    ) {
        var at = 0
        while at < bytes.count {
            guard
                let end = scanOne(
                    bytes, from: at, place: at == 0 ? place : "\(place), after byte \(at)", depth: depth, definesIDs: definesIDs,
                    observe: observe)
            else { return }
            at = end
            // Zeros after a pickle are padding.
            if let rest = try? bytes.window(at: at, count: bytes.count - at), rest.withUnsafeBytes({ $0.allSatisfy { $0 == 0 } }) { return }
        }
    }

    /// Scans one pickle; returns the offset of its end, or nil if it could not be read completely. torch's containers define what
    /// persistent ids refer to; otherwise the loading program decides.
    mutating func scanOne(
        _ bytes: ByteView, from start: Int, place: String, depth: Int, definesIDs: Bool = true,
        observe: (PickleDocument) -> Void = { _ in }
    ) -> Int? {
        pickles.append(place)
        guard let rest = try? bytes.window(at: start, count: bytes.count - start, name: place) else { return nil }
        var machine = PickleMachine(rest, limits: limits(rest))
        do {
            let document = try machine.run()
            observe(document)
            if extent == .whole { refuseMemoBomb(rest, document, place: place) }
            record(document, place: place, depth: depth, definesIDs: definesIDs)
            return start + document.byteCount
        } catch {
            record(machine.globals, place: place)
            recordBehind(machine.globals, in: rest, place: place)
            if machine.globals.contains(where: { $0.module.hasPrefix("joblib.") && $0.name.hasSuffix("ArrayWrapper") }) {
                stop("\(place): joblib stores arrays between the opcodes of its pickles, which are not read here")
            } else {
                stop("\(error)")
            }
            return nil
        }
    }

    private func limits(_ bytes: ByteView) -> PickleLimits {
        inflatedFrom.map { PickleLimits(byteCount: bytes.count, inflatedFrom: $0) } ?? PickleLimits(byteCount: bytes.count)
    }

    /// Scans bytes that may be a pickle without a PROTO opcode. Returns false if they are not one: Python's loader would stop at once,
    /// too.
    mutating func scanUnmarked(_ bytes: ByteView, place: String, depth: Int, definesIDs: Bool) -> Bool {
        let walk = PickleOpcodeWalk(bytes)
        // No complete opcode, or nothing that could act and no end.
        guard walk.end > 0, walk.ending == .stop || walk.globals.contains(where: SafetyScan.isPlausible) else { return false }
        guard let view = try? bytes.window(at: 0, count: bytes.count, name: place) else { return false }
        var machine = PickleMachine(view, limits: limits(view))
        do {
            let document = try machine.run()
            // A text such as `N.` runs to STOP as well; if it names nothing it is data, unless all of it is the pickle.
            if document.globals.isEmpty, document.byteCount < bytes.count { return scanRest(of: bytes, document.byteCount, place, depth) }
            scanStream(view, place: place, depth: depth, definesIDs: definesIDs)
            return true
        } catch {
            guard
                SafetyScan.acts(machine.globals) || SafetyScan.couldGoOn(error) && walk.calls || walk.calls && SafetyScan.acts(walk.globals)
            else { return false }
            pickles.append(place)
            record(machine.globals, place: place)
            recordBehind(machine.globals, in: view, place: place)
            stop("\(error)")
            return true
        }
    }

    /// A loader that continues after a STOP might find a pickle there.
    private mutating func scanRest(of bytes: ByteView, _ start: Int, _ place: String, _ depth: Int) -> Bool {
        guard let rest = try? bytes.window(at: start, count: bytes.count - start) else { return false }
        let walk = PickleOpcodeWalk(rest)
        guard walk.ending == .stop, walk.calls, SafetyScan.acts(walk.globals) else { return false }
        scanStream(bytes, place: place, depth: depth)
        return true
    }

    /// Whether a name looks like a Python name, which the words of a text do not.
    static func isPlausible(_ use: PickleGlobalUse) -> Bool {
        func isName(_ text: String) -> Bool {
            !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                        || (0x61...0x7A).contains(byte) || byte >= 0x80
                }
        }
        return use.name == "?" || isName(use.module) && isName(use.name)
    }

    private static func acts(_ globals: [PickleGlobalUse]) -> Bool {
        globals.contains { isPlausible($0) && $0.name != "?" && GlobalVerdict.of(module: $0.module, name: $0.name) == .dangerous }
    }

    /// Whether Python could continue where this reader stopped: this reader's limits and strictness are not Python's.
    private static func couldGoOn(_ error: any Error) -> Bool {
        switch error as? PickleError {
        case .unknownOpcode?, .cutShort?, .stackUnderflow?, .noMark?, .missingMemo?, .unsupportedProtocol?: false
        default: true
        }
    }

    /// Names after the offset at which reading stopped, found by syntax alone; a reader that continues would meet them.
    private mutating func recordBehind(_ known: [PickleGlobalUse], in bytes: ByteView, place: String) {
        let more = PickleOpcodeWalk(bytes).globals.filter { use in
            !known.contains { $0.offset == use.offset } && SafetyScan.isPlausible(use) && use.name != "?"
        }
        record(more, place: place)
    }

    private mutating func record(_ document: PickleDocument, place: String, depth: Int, definesIDs: Bool) {
        record(document.globals, place: place)
        recordObjections(document, place: place)
        refuseBombs(document, place: place)
        if !definesIDs, document.nodes.contains(where: { if case .persistentReference = $0 { true } else { false } }) {
            find("persistent id", in: place, .unknown, module: "loader-supplied", what: "BINPERSID")
        }
        scanNested(document, place: place, depth: depth)
    }

    private mutating func refuseMemoBomb(_ bytes: ByteView, _ document: PickleDocument, place: String) {
        // CPython stores the memo as an array up to its highest index.
        let highest = PickleOpcodeWalk(bytes).highestMemo
        if highest > 65_536 + document.byteCount {
            stop("\(place): its memo asks for \(highest) entries, which a loader would allocate")
        }
    }

    /// Values that cannot be printed or copied because shared containers expand without bound.
    private mutating func refuseBombs(_ document: PickleDocument, place: String) {
        let limit = max(4_000_000, document.byteCount.multipliedReportingOverflow(by: 64).partialValue)
        if document.unfoldedCount > limit {
            stop("\(place): its shared containers expand to more than \(limit) values")
        }
    }

    mutating func record(_ globals: [PickleGlobalUse], place: String) {
        for use in globals {
            // Loading bytes as another torch file is judged by those bytes, which are scanned too.
            let isNested = use.module == "torch.storage" && use.name == "_load_from_bytes"
            let verdict = isNested ? .clean : GlobalVerdict.of(module: use.module, name: use.name)
            findings.append(
                Finding(module: use.module, name: use.name, place: place, offset: use.offset, opcode: use.opcode, verdict: verdict))
        }
    }

    /// Allow-listed names that are called in ways that no pickler writes.
    mutating func recordObjections(_ document: PickleDocument, place: String) {
        for objection in BuilderRules(document).objections {
            let use = document.globals.first { "\($0.module).\($0.name)" == objection.name }
            findings.append(
                Finding(
                    module: use?.module ?? "", name: use?.name ?? objection.name, place: place, offset: use?.offset ?? 0,
                    opcode: use?.opcode ?? "REDUCE", verdict: objection.verdict, reason: objection.reason))
        }
    }

    mutating func scanNested(_ document: PickleDocument, place: String, depth: Int) {
        let loader = "torch.storage._load_from_bytes"
        guard document.globals.contains(where: { $0.module == "torch.storage" && $0.name == "_load_from_bytes" }) else { return }
        for case .object(let object) in document.nodes where document.globalName(object.callable) == loader {
            guard let bytes = nestedBytes(object, in: document) else {
                stop("\(place): \(loader) is given something other than bytes")
                continue
            }
            let inner = "\(place), bytes of _load_from_bytes"
            refuseAppendedArchive(bytes, place: inner)
            guard depth < SafetyScan.deepest else {
                stop("\(place): pickles are nested more than \(SafetyScan.deepest) deep")
                continue
            }
            // torch.load reads them, whatever they look like.
            if [.other, .json, .zlib, .appleDouble].contains(ContentKind(bytes)) {
                scanStream(bytes, place: inner, depth: depth + 1, definesIDs: false)
            } else {
                judge(bytes, place: inner, depth: depth + 1)
            }
        }
        refuseIndirectLoaders(document, place: place)
    }

    /// `_load_from_bytes` is judged by the bytes it is called with; passed to something else that may call it, it loads what nobody has
    /// seen.
    private mutating func refuseIndirectLoaders(_ document: PickleDocument, place: String) {
        let loaders = Set(document.nodes.indices.filter { document.globalName(.node($0)) == "torch.storage._load_from_bytes" })
        guard !loaders.isEmpty else { return }
        for index in document.nodes.indices {
            var children = document.children(of: index)
            if case .object(let object) = document.nodes[index], case .node(let callable) = object.callable, children.first == callable {
                children.removeFirst()
            }
            guard children.contains(where: loaders.contains) else { continue }
            find("_load_from_bytes", in: place, .dangerous, module: "torch.storage", what: "passed on as an argument")
        }
    }

    /// The bytes given to `_load_from_bytes`, including those that protocol 2 writes as encoded text.
    private func nestedBytes(_ object: PickleObject, in document: PickleDocument) -> ByteView? {
        guard let argument = document.sequence(object.arguments)?.first else { return nil }
        var decoder = ValueDecoder(document, file: "", loadNested: { _ in .none }, resolve: { _ in .none })
        if case .bytes(let bytes)? = try? decoder.value(argument) { return bytes }
        return nil
    }
}
