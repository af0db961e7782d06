import ConvertTensors
import Testing

@Suite struct NarrowFloatTests {
    @Test("Every float16 decodes as the hardware does it")
    func float16IsWhatTheHardwareMakesOfIt() {
        for bits in UInt16.min...UInt16.max {
            let (own, native) = (NarrowFloat.float16(bits), Float(Float16(bitPattern: bits)))
            #expect(own.bitPattern == native.bitPattern || (own.isNaN && native.isNaN))
        }
    }

    @Test("8-bit floats have the values of their standards")
    func float8HasTheValuesOfItsStandards() {
        #expect(NarrowFloat.float8(0x7E, .float8E4M3FN) == 448)
        #expect(NarrowFloat.float8(0x01, .float8E4M3FN) == 0x1p-9)
        #expect(NarrowFloat.float8(0x7F, .float8E4M3FN)?.isNaN == true)
        #expect(NarrowFloat.float8(0x7B, .float8E5M2) == 57344)
        #expect(NarrowFloat.float8(0xFC, .float8E5M2) == -.infinity)
        #expect(NarrowFloat.float8(0x7F, .float8E4M3FNUZ) == 240)
        #expect(NarrowFloat.float8(0x7F, .float8E5M2FNUZ) == 57344)
        #expect(NarrowFloat.float8(127, .float8E8M0FNU) == 1)
    }
}
