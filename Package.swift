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

// The rooms, lowest first. A target may depend only on targets above it.
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
        .target(name: "JSON"),
        .target(name: "Files", dependencies: ["CZip", "CZlib", "CCrypto", "CInterruption"]),
        .target(name: "Arguments", dependencies: ["Files"]),
        .target(name: "Tensors", dependencies: ["Files"]),
        .target(name: "Pickle", dependencies: ["Files"]),
        .target(name: "PthReader", dependencies: ["Files", "Tensors", "Pickle", "JSON"]),
        .target(name: "IR", dependencies: ["Files", "Tensors", "JSON"]),
        .target(name: "Architectures", dependencies: ["Files", "Tensors", "IR", "JSON"]),
        .target(name: "CCPU"),
        .target(name: "KernelTypes"),
        .target(name: "KernelsAVX2", dependencies: ["KernelTypes", "CCPU"], swiftSettings: fastFlags),
        .target(name: "KernelsAVX512", dependencies: ["KernelTypes", "CCPU"], swiftSettings: widestFlags),
        .target(name: "KernelsBaseline", dependencies: ["KernelTypes", "CCPU"], swiftSettings: baselineFlags),
        .target(name: "Kernels", dependencies: ["KernelTypes", "KernelsAVX512", "KernelsAVX2", "KernelsBaseline", "CCPU"]),
        .target(name: "Inference", dependencies: ["Files", "Tensors", "IR", "Kernels"]),
        .target(
            name: "Exporters", dependencies: ["Files", "Tensors", "Pickle", "PthReader", "IR", "Architectures", "JSON", "CONNX", "CHDF5"]),
        .target(name: "Faces", dependencies: ["Files", "IR", "Inference", "CImages"]),
        .target(name: "Verifier", dependencies: ["Files", "Tensors", "PthReader", "IR", "Inference", "Exporters", "JSON", "CCairo"]),
        .target(
            name: "ConvertKit",
            dependencies: [
                "Files", "Tensors", "PthReader", "IR", "Architectures", "Inference", "Exporters", "Faces", "Verifier", "JSON",
            ]),
        .executableTarget(
            name: "convert",
            dependencies: [
                "CArguments", "Arguments", "ConvertKit", "Files", "Tensors", "PthReader", "IR", "Architectures", "Inference", "Exporters",
                "Faces", "Verifier", "JSON",
            ]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(name: "ArgumentsTests", dependencies: ["Arguments"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "Files"]),
        .testTarget(name: "PickleTests", dependencies: ["Pickle", "Files"]),
        .testTarget(name: "PthReaderTests", dependencies: ["PthReader", "Pickle", "Tensors", "Files", "JSON", "TestSupport"]),
        .testTarget(name: "IRTests", dependencies: ["IR", "Tensors", "Files", "JSON"]),
        .testTarget(
            name: "ArchitecturesTests",
            dependencies: ["Architectures", "Exporters", "PthReader", "IR", "Tensors", "Files", "JSON", "TestSupport"]),
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Inference"]),
        .testTarget(
            name: "InferenceTests",
            dependencies: ["Inference", "Architectures", "Exporters", "IR", "Tensors", "Files", "JSON", "TestSupport"]),
        .testTarget(
            name: "ExportersTests",
            dependencies: ["Exporters", "PthReader", "IR", "Verifier", "Tensors", "Files", "JSON", "CHDF5", "TestSupport"]),
        .testTarget(
            name: "ConvertKitTests",
            dependencies: ["ConvertKit", "Exporters", "Faces", "Files", "IR", "Inference", "JSON", "PthReader", "TestSupport", "Verifier"]),
        .testTarget(
            name: "ConvertTests",
            dependencies: [
                "convert", "Arguments", "ConvertKit", "Architectures", "Exporters", "PthReader", "Faces", "Verifier", "IR", "Tensors",
                "Inference", "TestSupport",
                "JSON", "Files",
            ]),
        .testTarget(
            name: "VerifierTests", dependencies: ["Verifier", "Exporters", "Inference", "IR", "Tensors", "Files", "JSON", "TestSupport"]),
        .testTarget(
            name: "FacesTests",
            dependencies: ["Faces", "Files", "IR", "Kernels", "Inference", "Exporters", "Architectures", "JSON", "CZlib", "TestSupport"]),
        .target(name: "TestSupport", dependencies: ["JSON", "Files", "Faces"], path: "Tests/TestSupport"),
    ],
    swiftLanguageModes: [.v6]
)

// The readers under libFuzzer (scripts/fuzz.sh), which names the library that drives them; otherwise there is no such target.
if let driver = Context.environment["CONVERT_FUZZ"] {
    package.targets.append(
        .executableTarget(
            name: "FuzzReaders",
            dependencies: [
                "Files", "Tensors", "Pickle", "PthReader", "IR", "Architectures", "Exporters", "Faces", "Verifier", "JSON",
            ],
            path: "Fuzz", linkerSettings: [.unsafeFlags(["-Xlinker", driver, "-lstdc++"])]))
}
