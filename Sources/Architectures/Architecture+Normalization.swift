import ConvertIR

extension Architecture {
    /// Whether the family's own definition ends in a normalization. The mean over mirror images is then taken after it, as the reference
    /// project does too; a normalization that was appended to other networks has to come after the mean.
    package var normalizesItself: Bool {
        BuiltInFamilies.all.first { $0.canonicalName(name) != nil }?.contracts.base.isNormalized ?? false
    }
}
