import CHDF5
import Tensors

/// How dtypes are stored, in the types that h5py shows as NumPy's. What NumPy lacks is stored as unsigned integers of the same width, and
/// the dataset's attribute `torch_dtype` says what they are.
enum HDF5Element {
    /// The attribute's name.
    static let attribute = "torch_dtype"

    private static let plain: [(DType, chdf5_element)] = [
        (.float64, CHDF5_FLOAT64), (.float32, CHDF5_FLOAT32), (.float16, CHDF5_FLOAT16), (.int64, CHDF5_INT64), (.int32, CHDF5_INT32),
        (.int16, CHDF5_INT16), (.int8, CHDF5_INT8), (.uint64, CHDF5_UINT64), (.uint32, CHDF5_UINT32), (.uint16, CHDF5_UINT16),
        (.uint8, CHDF5_UINT8), (.bool, CHDF5_BOOL), (.complex128, CHDF5_COMPLEX128), (.complex64, CHDF5_COMPLEX64),
    ]
    private static let labeled: [(DType, chdf5_element)] = [
        (.bfloat16, CHDF5_UINT16), (.complex32, CHDF5_UINT32), (.float8E4M3FN, CHDF5_UINT8), (.float8E5M2, CHDF5_UINT8),
        (.float8E4M3FNUZ, CHDF5_UINT8), (.float8E5M2FNUZ, CHDF5_UINT8), (.float8E8M0FNU, CHDF5_UINT8),
    ]

    /// The stored kind, and the label where it does not say all; nil for quantized elements, whose scale has no place here.
    static func stored(_ dtype: DType) -> (element: chdf5_element, label: String?)? {
        if let found = plain.first(where: { $0.0 == dtype }) { return (found.1, nil) }
        return labeled.first { $0.0 == dtype }.map { ($0.1, dtype.rawValue) }
    }

    /// The dtype of a stored kind under this label; nil where they do not fit.
    static func dtype(_ element: chdf5_element, label: String?) -> DType? {
        guard let label else { return plain.first { $0.1 == element }?.0 }
        return labeled.first { $0.0.rawValue == label && $0.1 == element }?.0
    }
}
