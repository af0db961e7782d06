import KernelTypes

/// The tile that fills the registers.
typealias MainTile = Tile6

/// The tile of direct convolutions: two blocks would not fit.
typealias WideTile = Tile6

/// The tile of direct convolutions with short partial sums.
typealias ShortTile = Tile6

/// The tile for the last few rows of direct convolutions.
typealias SmallTile = Tile4
