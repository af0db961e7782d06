import ConvertJSON

/// What a checkpoint says besides its tensors, reduced to plain values that every format can carry.
package typealias Metadata = JSONObject
