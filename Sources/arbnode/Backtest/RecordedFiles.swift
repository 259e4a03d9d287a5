import ArgumentParser
import Backtest
import Configuration
import Recordings
import SimulatedWorld
import VenueKit

/// Recordings named on the command line, read and held against what the node speaks.
enum RecordedFiles {
    /// A market of everything in them.
    static func market(_ paths: [String]) throws -> RecordedMarket {
        let sources = try paths.map { try load($0) }
        do throws(RecordedMarketFault) { return try RecordedMarket(sources) } catch {
            Terminal.say("\(error)")
            throw ExitCode(65)
        }
    }

    static func load(_ path: String) throws -> RecordedSource {
        let recording: Recording
        let isWhole: Bool
        do {
            let text = try RecordingText(path: path)
            if let cutOff = text.cutOff { Terminal.say("\(cutOff)") }
            isWhole = text.cutOff == nil
            recording = try Recording(text.bytes)
        } catch {
            Terminal.say("\(path): \(error)")
            throw ExitCode(65)
        }
        return RecordedSource(
            path: path, recording: recording, sheet: try sheet(recording.venue, of: path),
            isWhole: isWhole)
    }

    /// What the house knows of the venue that a recording names.
    static func sheet(_ venue: String, of path: String) throws -> VenueSheet {
        guard DialectCatalog.names.contains(venue), let file = HouseFiles.find("venues/\(venue).yaml") else {
            Terminal.say(
                "\(path): the node does not speak \(venue); "
                    + "it speaks \(DialectCatalog.names.joined(separator: ", "))")
            throw ExitCode(65)
        }
        switch VenueSheet.load(path: file) {
        case .success(let sheet): return sheet
        case .failure(let problems):
            Terminal.say("\(problems)")
            throw ExitCode(78)
        }
    }
}
