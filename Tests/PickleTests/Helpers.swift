import ConvertFiles
import Pickle

func read(_ bytes: [UInt8], limits: PickleLimits? = nil) throws -> PickleDocument {
    try PickleMachine.read(ByteView(copying: bytes, name: "test.pkl"), limits: limits)
}
