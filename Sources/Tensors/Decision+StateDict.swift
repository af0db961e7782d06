import ConvertFiles

extension Decision {
    /// Which dictionary of a checkpoint holds the weights.
    public static let stateDict = Decision("stateDict", "choosing a state dict")
}
