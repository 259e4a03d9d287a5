import Recordings
import TradingModel

/// Feeds recordings, merged by time, through dialects and books.
public struct ReplayRun {
    /// No recording of real trading needs as many; it bounds the search for decimals.
    private static let maximumPasses = 12
    private static let progressEvery: Int64 = 4_096

    /// The venues whose recordings can be replayed.
    public static var venues: [String] { ReplayVenue.names }

    private let paths: [String]
    private let top: (any TopOfBookOutput)?
    private let takerFee: (String) -> Rate
    private let clock: () -> Moment
    private let progress: (Int64) -> Void

    /// `takerFee` is asked by venue name. `clock` measures the throughput, nothing else. `progress` is told
    /// the frames played, now and then.
    public init(
        _ paths: [String], top: (any TopOfBookOutput)? = nil,
        takerFee: @escaping (String) -> Rate = PublishedFees.taker, clock: @escaping () -> Moment,
        progress: @escaping (Int64) -> Void = { _ in }
    ) {
        self.paths = paths
        self.top = top
        self.takerFee = takerFee
        self.clock = clock
        self.progress = progress
    }

    /// Plays everything. Problems inside a recording end in the report; a recording that cannot be opened, or
    /// an output that cannot be written, is thrown.
    public func run() throws(ReplayFault) -> ReplayReport {
        guard !paths.isEmpty else { throw .noRecordings }
        var scales = ScaleTable()
        var passes = 0
        while true {
            passes += 1
            let began = clock()
            var context = ReplayContext(scales: scales, rivalries: Rivalries(takerFee: takerFee), top: nil)
            var unsupported: [String] = []
            let feeds = try openFeeds(&unsupported)
            if let top { context.top = try TopOfBookWriter(top) }
            try play(feeds, &context)
            let again = context.scales.endPass()
            if again, passes < ReplayRun.maximumPasses {
                scales = context.scales
                continue
            }
            try context.top?.finish()
            return report(feeds, context, unsupported, took: clock() - began)
        }
    }

    private func openFeeds(_ unsupported: inout [String]) throws(ReplayFault) -> [ReplayFeed] {
        var feeds: [ReplayFeed] = []
        for (recording, path) in paths.enumerated() {
            if let feed = try ReplayFeed(path, recording: recording, unsupported: &unsupported) {
                feeds.append(feed)
            }
        }
        guard !feeds.isEmpty else { throw .unsupportedVenues(unsupported) }
        return feeds
    }

    private func play(_ feeds: [ReplayFeed], _ context: inout ReplayContext) throws(ReplayFault) {
        for feed in feeds { feed.advance(&context) }
        var reported: Int64 = 0
        while let feed = earliest(feeds) {
            try feed.play(&context)
            feed.advance(&context)
            if context.frames - reported >= ReplayRun.progressEvery {
                reported = context.frames
                progress(reported)
            }
        }
    }

    /// The feed whose next line is the oldest; the first given among equals.
    private func earliest(_ feeds: [ReplayFeed]) -> ReplayFeed? {
        var best: ReplayFeed?
        for feed in feeds {
            guard let line = feed.next else { continue }
            if let time = best?.next?.time, time <= line.time { continue }
            best = feed
        }
        return best
    }

    private func report(
        _ feeds: [ReplayFeed], _ context: ReplayContext, _ unsupported: [String], took: Span
    ) -> ReplayReport {
        var report = ReplayReport()
        report.frames = context.frames
        for feed in feeds {
            for (place, connection) in feed.connections.enumerated() {
                for (index, book) in connection.books.enumerated() {
                    report.books.append(
                        ReplayReport.Book(book, wasSynced: feed.syncedAtEnd[place][index]))
                }
                report.quarantined.merge(connection.quarantined) { $0 + $1 }
            }
        }
        report.books.sort { ($0.venue, $0.connection, $0.symbol) < ($1.venue, $1.connection, $1.symbol) }
        let elapsed = max(1, took.nanoseconds)
        report.framesPerSecond = Int64(Double(context.frames) * 1_000_000_000 / Double(elapsed))
        if paths.count > 1 { report.crossVenue = context.rivalries.found }
        if !unsupported.isEmpty { report.skipped = unsupported }
        let problems = feeds.flatMap(\.problems)
        if !problems.isEmpty { report.problems = problems }
        return report
    }
}
