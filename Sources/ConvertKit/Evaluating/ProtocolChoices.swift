import ConvertFaces
import ConvertIR
import Verifier

/// What the evaluation protocol of a project decides besides how scores are judged, as far as nothing was decided otherwise.
///
/// insightface's `verification.py` is run on faces that are aligned by five points, of several the one nearest to the
/// center, and adds the vectors of picture and mirror image. facenet's `validate_on_lfw.py` sets them side by side
/// if mirror images are used.
public struct ProtocolChoices: Sendable, Equatable {
    /// One decision.
    public struct Choice: Sendable, Equatable {
        /// What is decided: `crop`, `selection` or `flip`.
        public let name: String
        /// What the protocol has.
        public let usual: String
        /// What is done.
        public let taken: String
    }

    /// The protocol.
    public let rule: EvaluationProtocol
    /// What the protocol decides; crop and selection only if pictures are given and not finished crops.
    public private(set) var all: [Choice] = []

    /// What was decided otherwise, and is respected.
    public var departures: [Choice] { all.filter { $0.taken != $0.usual } }

    /// Completes a request (facenet's rule for vectors side by side has larger distances), and says what its protocol decides; nil for a protocol that only judges.
    static func complete(_ request: inout EvaluationRequest) -> ProtocolChoices? {
        if request.judging.rule == .facenet, request.mirror == .concatenate { request.judging.rule = .facenetConcatenated }
        guard request.judging.rule == .insightface else { return nil }
        var choices = ProtocolChoices(rule: .insightface)
        if request.cropsFolder == nil, request.sets.isEmpty {
            let crop = request.faces.crop ?? .arcface
            choices.add("crop", usual: InputContract.Crop.arcface.settingName, taken: crop.settingName)
            request.faces.crop = crop
            // Whole pictures have no faces to choose from.
            if crop != .whole {
                let selection = request.faces.selection ?? .center
                choices.add("selection", usual: FaceSelection.center.rawValue, taken: selection.rawValue)
                request.faces.selection = selection
            }
        }
        let mirror = request.mirror ?? .add
        choices.add("flip", usual: MirrorUse.add.rawValue, taken: mirror.rawValue)
        request.mirror = mirror
        return choices
    }

    private init(rule: EvaluationProtocol) { self.rule = rule }

    private mutating func add(_ name: String, usual: String, taken: String) {
        all.append(Choice(name: name, usual: usual, taken: taken))
    }
}

extension InputContract.Crop {
    /// What settings call it.
    fileprivate var settingName: String {
        switch self {
        case .mtcnn: Preprocess.mtcnn.rawValue
        case .arcface: Preprocess.arcface.rawValue
        case .whole: Preprocess.resize.rawValue
        case .none: "none"
        case .unknown: "unknown"
        }
    }
}
