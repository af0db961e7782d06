import JSON

/// What a checkpoint says besides its tensors, reduced to plain values that every format can carry.
public typealias Metadata = JSONObject
