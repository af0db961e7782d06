extension Float {
    /// The number with the fewest decimal digits that rounds to this one: what a program wrote before a format stored it as float32, such
    /// as 1e-5 for 9.99999974e-6.
    package var shortestDecimal: Double { Double(description) ?? Double(self) }
}
