// swift-tools-version: 6.2
import PackageDescription

// The loops are compiled three times from the same files, for AVX-512, for AVX2 and FMA, and for neither; which run is chosen when the
// program does. Other processors' own instructions need no flags.
#if arch(x86_64)
    let fastFlags: [SwiftSetting] = [.unsafeFlags(["-Ounchecked", "-Xcc", "-mavx2", "-Xcc", "-mfma"])]
    let widestFlags: [SwiftSetting] = [
        .define("CONVERT_AVX512"),
        .unsafeFlags(
            ["-Ounchecked"] + ["-mavx2", "-mfma", "-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq"].flatMap { ["-Xcc", $0] }),
    ]
    let baselineFlags: [SwiftSetting] = [.define("CONVERT_BASELINE"), .unsafeFlags(["-Ounchecked"])]
#else
    let fastFlags: [SwiftSetting] = [.unsafeFlags(["-Ounchecked"])]
    let widestFlags = fastFlags
    let baselineFlags: [SwiftSetting] = [.unsafeFlags(["-Ounchecked"])]
#endif

// The modules, lowest first. A target may depend only on targets above it.
let package = Package(
    name: "convert",
    products: [
        .executable(name: "convert", targets: ["convert"]),
        .library(name: "ConvertKit", targets: ["ConvertKit"]),
        .library(name: "PthReader", targets: ["PthReader"]),
    ],
    targets: [
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .target(name: "CONNX", dependencies: ["CProtobufC"]),
        .systemLibrary(name: "CHDF5Library", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(name: "CJPEGLibrary", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
        .systemLibrary(name: "CPNGLibrary", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .target(name: "CImages", dependencies: ["CJPEGLibrary", "CPNGLibrary"]),
        .target(name: "CInterruption"),
        .target(name: "CArguments"),
        .target(name: "CHDF5", dependencies: ["CHDF5Library"]),
        .target(name: "ConvertJSON", path: "Sources/JSON"),
        .target(name: "ConvertFiles", dependencies: ["CZip", "CZlib", "CCrypto", "CInterruption", "CArguments"], path: "Sources/Files"),
        .target(name: "Arguments", dependencies: ["ConvertFiles"]),
        .target(name: "ConvertTensors", dependencies: ["ConvertFiles"], path: "Sources/Tensors"),
        .target(name: "Pickle", dependencies: ["ConvertFiles"]),
        .target(name: "PthReader", dependencies: ["ConvertFiles", "ConvertTensors", "Pickle", "ConvertJSON"]),
        .target(name: "ConvertIR", dependencies: ["ConvertFiles", "ConvertTensors", "ConvertJSON"], path: "Sources/IR"),
        .target(
            name: "Architectures", dependencies: ["ConvertFiles", "ConvertTensors", "ConvertIR", "ConvertJSON"],
            resources: [.embedInCode("Descriptions")]),
        .target(name: "CCPU"),
        .target(name: "KernelTypes"),
        .target(name: "KernelsAVX2", dependencies: ["KernelTypes", "CCPU"], swiftSettings: fastFlags),
        .target(name: "KernelsAVX512", dependencies: ["KernelTypes", "CCPU"], swiftSettings: widestFlags),
        .target(name: "KernelsBaseline", dependencies: ["KernelTypes", "CCPU"], swiftSettings: baselineFlags),
        .target(name: "Kernels", dependencies: ["KernelTypes", "KernelsAVX512", "KernelsAVX2", "KernelsBaseline", "CCPU"]),
        .target(
            name: "ConvertInference", dependencies: ["ConvertFiles", "ConvertTensors", "ConvertIR", "Kernels", "CCPU"],
            path: "Sources/Inference"),
        .target(
            name: "Exporters",
            dependencies: [
                "ConvertFiles", "ConvertTensors", "Pickle", "PthReader", "ConvertIR", "Architectures", "ConvertJSON", "CONNX", "CHDF5",
            ]),
        .target(name: "ConvertFaces", dependencies: ["ConvertFiles", "ConvertIR", "ConvertInference", "CImages"], path: "Sources/Faces"),
        .target(
            name: "Verifier",
            dependencies: [
                "ConvertFiles", "ConvertTensors", "PthReader", "ConvertIR", "ConvertInference", "Exporters", "ConvertJSON", "CCairo",
            ]),
        .target(
            name: "ConvertKit",
            dependencies: [
                "ConvertFiles", "ConvertTensors", "PthReader", "ConvertIR", "Architectures", "ConvertInference", "Exporters",
                "ConvertFaces", "Verifier", "ConvertJSON",
            ]),
        .executableTarget(
            name: "convert",
            dependencies: [
                "CArguments", "Arguments", "ConvertKit", "ConvertFiles", "ConvertTensors", "PthReader", "ConvertIR", "Architectures",
                "ConvertInference", "Exporters",
                "ConvertFaces", "Verifier", "ConvertJSON",
            ]),
        .testTarget(name: "JSONTests", dependencies: ["ConvertJSON"]),
        .testTarget(name: "FilesTests", dependencies: ["ConvertFiles", "TestSupport"]),
        .testTarget(name: "ArgumentsTests", dependencies: ["Arguments"]),
        .testTarget(name: "TensorsTests", dependencies: ["ConvertTensors", "ConvertFiles"]),
        .testTarget(name: "PickleTests", dependencies: ["Pickle", "ConvertFiles"]),
        .testTarget(
            name: "PthReaderTests", dependencies: ["PthReader", "Pickle", "ConvertTensors", "ConvertFiles", "ConvertJSON", "TestSupport"]),
        .testTarget(name: "IRTests", dependencies: ["ConvertIR", "ConvertTensors", "ConvertFiles", "ConvertJSON"]),
        .testTarget(
            name: "ArchitecturesTests",
            dependencies: [
                "Architectures", "Exporters", "PthReader", "ConvertIR", "ConvertTensors", "ConvertFiles", "ConvertJSON", "TestSupport",
            ]),
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "ConvertInference"]),
        .testTarget(
            name: "InferenceTests",
            dependencies: [
                "ConvertInference", "Architectures", "Exporters", "ConvertIR", "ConvertTensors", "ConvertFiles", "ConvertJSON",
                "TestSupport",
            ]),
        .testTarget(
            name: "ExportersTests",
            dependencies: [
                "Exporters", "PthReader", "ConvertIR", "Verifier", "ConvertTensors", "ConvertFiles", "ConvertJSON", "CHDF5", "TestSupport",
            ]),
        .testTarget(
            name: "ConvertKitTests",
            dependencies: [
                "ConvertKit", "Exporters", "ConvertFaces", "ConvertFiles", "ConvertIR", "ConvertInference", "ConvertJSON", "PthReader",
                "TestSupport", "Verifier",
            ]),
        .testTarget(
            name: "ConvertTests",
            dependencies: [
                "convert", "Arguments", "ConvertKit", "Architectures", "Exporters", "PthReader", "ConvertFaces", "Verifier", "ConvertIR",
                "ConvertTensors",
                "ConvertInference", "TestSupport",
                "ConvertJSON", "ConvertFiles",
            ]),
        .testTarget(
            name: "VerifierTests",
            dependencies: [
                "Verifier", "Exporters", "ConvertInference", "ConvertIR", "ConvertTensors", "ConvertFiles", "ConvertJSON", "TestSupport",
            ]),
        .testTarget(
            name: "FacesTests",
            dependencies: [
                "ConvertFaces", "ConvertFiles", "ConvertIR", "Kernels", "ConvertInference", "Exporters", "Architectures", "ConvertJSON",
                "CZlib", "TestSupport",
            ]),
        .target(
            name: "FuzzReading",
            dependencies: [
                "ConvertFiles", "ConvertTensors", "Pickle", "PthReader", "ConvertIR", "Architectures", "Exporters", "ConvertFaces",
                "Verifier", "ConvertJSON",
            ],
            path: "Fuzz/Reading"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzReading", "ConvertFiles", "TestSupport"]),
        .target(name: "TestSupport", dependencies: ["ConvertJSON", "ConvertFiles", "ConvertFaces"], path: "Tests/TestSupport"),
    ],
    swiftLanguageModes: [.v6]
)

// The readers under libFuzzer (scripts/fuzz.sh), which names the library that drives them; otherwise there is no such target.
if let driver = Context.environment["CONVERT_FUZZ"] {
    package.targets.append(
        .executableTarget(
            name: "FuzzReaders", dependencies: ["FuzzReading"], path: "Fuzz/Driver",
            linkerSettings: [.unsafeFlags(["-Xlinker", driver, "-lstdc++"])]))
}
