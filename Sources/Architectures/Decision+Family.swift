import ConvertFiles

extension Decision {
    /// Which family the network belongs to; a name if one is known to fit.
    package static func family(_ value: String?) -> Decision { Decision("family", "naming a family", value: value) }
    /// Which families are known, and how each is described.
    package static let families = Decision("families", "listing the known families")
    /// How keys are renamed before anything looks at them.
    package static let keyMap = Decision("keyMap", "renaming keys")
    /// Whose usual values are assumed.
    package static let likeness = Decision("likeness", "assuming another network's values")
    /// Whether every detail of an error is listed.
    package static let details = Decision("details", "listing the details")
}
