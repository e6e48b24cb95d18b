// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of the package is compiled with: a warning stops the build, and what touches a C pointer
/// says so.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "authfcgi",
    products: [
        .executable(name: "authfcgi", targets: ["AuthFCGI"]),
        .library(name: "Sessions", targets: ["Sessions"]),
        // For tests alone; no dynamic library is built that is not a product.
        .library(name: "TestClock", type: .dynamic, targets: ["TestClock"]),
        .library(name: "TestAllocations", type: .dynamic, targets: ["TestAllocations"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // C libraries, one folder each: a module map and a shim. hiredis is the one without its .pc file: that carries a
        // flag that SwiftPM warns about on every build, and names the shared library.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CFastCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libxcrypt", providers: [.apt(["libcrypt-dev"])]),

        .target(
            name: "EventLoop",
            dependencies: [
                "CLinux", "COpenSSL",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Sessions",
            dependencies: [
                "EventLoop", "CPostgreSQL", "CHiredis", "COpenSSL", "CArgon2", "CCrypt",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("PostgreSQL/Migrations")],
            swiftSettings: strict,
            // The archive by its file name: each release has a shared hiredis of another name (0.14, 1.1.0), and a
            // program that is linked to one does not start on the next.
            linkerSettings: [.linkedLibrary(":libhiredis.a")]),
        .executableTarget(
            name: "AuthFCGI",
            dependencies: [
                "Sessions", "EventLoop", "CFastCGI", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Pages/Languages"), .embedInCode("Pages/Templates")],
            swiftSettings: strict),

        .target(name: "TestClock", path: "Tests/TestClock"),
        .target(name: "TestAllocations", path: "Tests/TestAllocations"),
        .target(
            name: "TestSupport", dependencies: ["CLinux", "CPostgreSQL"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "EventLoopTests", dependencies: ["EventLoop", "COpenSSL", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SessionsTests",
            dependencies: ["Sessions", "EventLoop", "CHiredis", "CCrypt", "COpenSSL", "TestSupport"],
            resources: [.embedInCode("PasswordVectors")],
            swiftSettings: strict),
        .testTarget(name: "AuthFCGITests", dependencies: ["AuthFCGI", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestSupport", "Sessions", "EventLoop", .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["API/Schemathesis", "Browser/Scenarios", "Metrics/Grafana", "Users/Schemas"],
            swiftSettings: strict),
    ]
)
