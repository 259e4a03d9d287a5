import Audit
import Engine
import LiveWorld
import Orders
import Recordings
import Tape
import TradingModel

/// A run's tape told to an engine again, file by file.
struct TapeTelling {
    private let tape: TapeShelf.Tape
    private let archive: ContentArchive
    private(set) var rerun: Rerun
    /// The run was killed, or goes on: its last file ends in the middle.
    private(set) var isCutOff = false

    /// - Parameters:
    ///   - moment: in whose run; `nil`: the last one.
    ///   - policy: `nil`: that of the configuration which the run began with, from the archive.
    ///   - archive: of configurations.
    init(in directory: String, at moment: Moment?, policy: EnginePolicy?, archive: ContentArchive) throws {
        let tapes = try TapeShelf(in: directory).tapes()
        guard let tape = tapes.last(where: { $0.began <= moment ?? .distantFuture }) else {
            throw PastState.Fault(
                description: tapes.first.map {
                    "the oldest tape begins at \(UTCTime.text($0.began)): what was before is forgotten"
                } ?? "nothing was taped (store.tape in the configuration)")
        }
        self.tape = tape
        self.archive = archive
        rerun = Rerun(policy: try policy ?? TapeTelling.policy(of: tape, archive))
    }

    /// Plays until the first entry after `end`; `body` sees each entry and what the engine is behind it, and
    /// the directives it gave.
    mutating func play(
        until end: Moment, progress: (Int, Int) -> Void, _ body: (TapeEntry, Rerun) -> Void
    ) throws {
        for (number, path) in tape.files.enumerated() {
            progress(number, tape.files.count)
            let file = try CompressedFile(path: path)
            isCutOff = file.isCutOff
            var entries = TapeEntries(file.bytes)
            do {
                while let entry = try entries.next(named(archive)) {
                    if let at = entry.at, at > end { return }
                    try rerun.play(entry)
                    body(entry, rerun)
                }
            } catch TapeFault.short where file.isCutOff {
                return
            }
        }
    }

    private func named(_ archive: ContentArchive) -> TapePolicies {
        { digest throws(TapeFault) in
            do { return try PastState.policy(named: digest, archive) } catch {
                throw .malformed("configuration \(digest): \(error)")
            }
        }
    }

    private static func policy(of tape: TapeShelf.Tape, _ archive: ContentArchive) throws -> EnginePolicy {
        for path in tape.files {
            var entries = TapeEntries(try CompressedFile(path: path).bytes)
            while let entry = try entries.next({ digest throws(TapeFault) in throw .malformed(digest) }) {
                guard case .event(.governance(.started(let fact)), _) = entry else { continue }
                return try PastState.policy(named: fact.after, archive)
            }
        }
        throw PastState.Fault(description: "the tape names no configuration: --config names one")
    }
}

extension TapeEntry {
    /// `nil`: it happened with the one before.
    var at: Moment? {
        switch self {
        case .began(let header): header.at
        case .book(_, _, let at), .event(_, let at): at
        case .row, .taken, .decided, .ended: nil
        }
    }
}
