import CHDF5
import ConvertTensors

/// How dtypes are stored, in the types that h5py presents as NumPy's. Types that NumPy lacks are stored as unsigned integers of the same
/// width, and the dataset's attribute `torch_dtype` says what they are.
enum HDF5Element {
    /// Name of the attribute that labels such types.
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

    /// The stored type, and a label if the type alone is ambiguous; nil for quantized elements, whose scale cannot be stored here.
    static func stored(_ dtype: DType) -> (element: chdf5_element, label: String?)? {
        if let found = plain.first(where: { $0.0 == dtype }) { return (found.1, nil) }
        return labeled.first { $0.0 == dtype }.map { ($0.1, dtype.rawValue) }
    }

    /// The dtype of a stored type with this label; nil if they do not go together.
    static func dtype(_ element: chdf5_element, label: String?) -> DType? {
        guard let label else { return plain.first { $0.1 == element }?.0 }
        return labeled.first { $0.0.rawValue == label && $0.1 == element }?.0
    }
}
