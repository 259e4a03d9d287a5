import Foundation
import Testing

/// What is installed beside the node speaks of figures that the node gives.
@Suite struct PackagingTests {
    private static let files = ["packaging/prometheus/alerts.yml", "packaging/grafana/arbnode.json"]

    private static func metrics(in text: String) -> Set<String> {
        Set(text.matches(of: #/\barbnode_[a-z0-9_]+/#).map { String($0.output) })
    }

    @Test(arguments: files) func `rules and dashboards name only metrics that the node writes`(file: String)
        throws
    {
        let text = try String(contentsOf: House.root.appending(path: file), encoding: .utf8)
        let written = try House.sources(in: "Sources/Console").reduce(into: Set<String>()) {
            for line in $1.lines { $0.formUnion(PackagingTests.metrics(in: line.text)) }
        }
        let named = PackagingTests.metrics(in: text)
        #expect(!named.isEmpty)
        #expect(named.subtracting(written).isEmpty)
    }
}
