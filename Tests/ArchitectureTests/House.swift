import Foundation

/// The package as it lies on disk.
struct House {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below a folder of the package, by path relative to the package, in order.
    static func sources(in folder: String) throws -> [ScannedSource] {
        let base = root.appending(path: folder)
        guard FileManager.default.fileExists(atPath: base.path) else { return [] }
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted()
        return try paths.filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") }.map { path in
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            return ScannedSource(path: folder + "/" + path, text: text)
        }
    }

    static func manifest() throws -> Manifest {
        Manifest(try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
    }

    /// `Sources/<Room>/…` → `<Room>`.
    static func room(of source: ScannedSource) -> String {
        String(source.path.split(separator: "/").dropFirst().first ?? "")
    }
}

/// The dependency lists of `Package.swift`.
struct Manifest {
    /// What each room and executable may import of the package and of its products.
    private(set) var dependencies: [String: Set<String>] = [:]

    init(_ text: String) {
        var products: [String: Set<String>] = [:]
        for match in text.matches(
            of: #/let (\w+)[^=\n]*= *(Target\.Dependency\.product\([^)]*\)|\[[^\]]*\])/#)
        {
            let names = match.output.2.matches(of: #/product\(name: "(\w+)"/#).map { String($0.output.1) }
            if !names.isEmpty { products[String(match.output.1)] = Set(names) }
        }
        for match in text.matches(of: #/\b(?:room|executable)\(\s*"(\w+)"/#) {
            let list = Manifest.arguments(text[match.range.upperBound...])
            var names = Set(list.matches(of: #/"(\w+)"/#).map { String($0.output.1) })
            for (variable, modules) in products where Rules.contains(list, word: variable) {
                names.formUnion(modules)
            }
            dependencies[String(match.output.1)] = names
        }
    }

    /// The text up to the parenthesis that closes the call.
    private static func arguments(_ text: Substring) -> String {
        var depth = 1
        return String(
            text.prefix { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return depth > 0
            })
    }
}
