import ConvertFaces
import ConvertIR
import Verifier

/// What the evaluation protocol of a project decides besides how scores are judged, as far as nothing was decided otherwise.
///
/// insightface's `verification.py` is run on faces that are aligned by five points, of several the one nearest to the
/// center, and adds the vectors of picture and mirror image. facenet's `validate_on_lfw.py` sets them side by side
/// if mirror images are used.
public struct ProtocolChoices: Sendable, Equatable {
    /// A decision that the protocol has, and one that was made in its place.
    public struct Departure: Sendable, Equatable {
        /// What is decided: `crop`, `selection` or `flip`.
        public let name: String
        /// What was decided.
        public let given: String
        /// What the protocol has.
        public let usual: String
    }

    /// The protocol.
    public let rule: EvaluationProtocol
    /// What was decided otherwise, and is respected.
    public private(set) var departures: [Departure] = []
    /// Whether the protocol says how faces are cut out, and pictures are given.
    public let decidesFaces: Bool

    /// Completes a request, and says what its protocol decides; nil for a protocol that only judges.
    static func complete(_ request: inout EvaluationRequest) -> ProtocolChoices? {
        guard request.judging.rule == .insightface else { return nil }
        var choices = ProtocolChoices(rule: .insightface, decidesFaces: request.cropsFolder == nil)
        if choices.decidesFaces {
            let crop = request.faces.crop ?? .arcface
            choices.note("crop", crop.settingName, unless: InputContract.Crop.arcface.settingName)
            let selection = request.faces.selection ?? .center
            // Whole pictures have no faces to choose from.
            if crop != .whole {
                choices.note("selection", selection.rawValue, unless: FaceSelection.center.rawValue)
                request.faces.selection = selection
            }
            request.faces.crop = crop
        }
        let mirror = request.mirror ?? .add
        choices.note("flip", mirror.rawValue, unless: MirrorUse.add.rawValue)
        request.mirror = mirror
        return choices
    }

    private init(rule: EvaluationProtocol, decidesFaces: Bool) {
        self.rule = rule
        self.decidesFaces = decidesFaces
    }

    private mutating func note(_ name: String, _ given: String, unless usual: String) {
        if given != usual { departures.append(Departure(name: name, given: given, usual: usual)) }
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
