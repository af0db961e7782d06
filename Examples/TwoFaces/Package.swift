// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TwoFaces",
    dependencies: [.package(name: "convert", path: "../..")],
    targets: [
        .executableTarget(name: "TwoFaces", dependencies: [.product(name: "ConvertKit", package: "convert")])
    ]
)
