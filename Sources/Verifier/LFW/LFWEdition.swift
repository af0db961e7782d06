import ConvertFiles

/// Which edition of LFW a folder holds, judged by a few photographs' bytes. Published figures belong to the deep-funneled edition.
public enum LFWEdition: Sendable, Equatable {
    /// The deep-funneled photographs, which the reference project used.
    case deepFunneled
    /// None of the photographs checked is the deep-funneled one: funneled or original LFW, or re-encoded photographs.
    case other
    /// Some photographs are deep-funneled and some are not.
    case mixed
    /// None of the photographs is present.
    case unknown

    /// SHA-256 of five deep-funneled photographs.
    private static let deepFunneledDigests: KeyValuePairs = [
        "Aaron_Eckhart/Aaron_Eckhart_0001.jpg": "bfd522f3040392877808d915f7baa0ada4e2a0e7186ce0aa8aa0b152cd34fc5a",
        "Abel_Pacheco/Abel_Pacheco_0001.jpg": "2e42057c333382cc73300276ef0dbf9e2f6fdb84676a080c2edad9da94571572",
        "Akhmed_Zakayev/Akhmed_Zakayev_0002.jpg": "ee13249b496985f5af662771a10e0fc7516fed0fe9b0a73c9e76e365b07a130a",
        "Bill_Clinton/Bill_Clinton_0002.jpg": "ce3e0b3c8815ec6b694311784412ab14ce3821aaebc293096bb83aab798b97d1",
        "Zhang_Ziyi/Zhang_Ziyi_0001.jpg": "a2603bddb223b729b1e06cfe2326db9cc66f625a5ae1196c449ba8898164825a",
    ]

    /// Checks the photographs below `root`.
    package init(root: String) {
        var (same, different) = (0, 0)
        for (name, digest) in LFWEdition.deepFunneledDigests {
            guard let file = try? MappedFile(path: "\(root)/\(name)") else { continue }
            if SHA256Digest(of: file.bytes).text == digest { same += 1 } else { different += 1 }
        }
        switch (same, different) {
        case (0, 0): self = .unknown
        case (_, 0): self = .deepFunneled
        case (0, _): self = .other
        default: self = .mixed
        }
    }

    /// The edition in words.
    package var description: String {
        switch self {
        case .deepFunneled: "LFW deep-funneled"
        case .other: "not LFW deep-funneled: funneled or original LFW, or re-encoded photographs"
        case .mixed: "LFW deep-funneled in part"
        case .unknown: "not known to be LFW"
        }
    }
}
