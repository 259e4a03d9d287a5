import Recordings

/// Why a replay could not be done at all.
public enum ReplayFault: Error, Hashable, Sendable {
    case noRecordings
    case recording(RecordingFault)
    /// None of the recordings is of a venue this build speaks: `path: venue`.
    case unsupportedVenues([String])
    /// The top-of-book file cannot be written.
    case output(String)
}

extension ReplayFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noRecordings: "no recording was given"
        case .recording(let fault): fault.description
        case .unsupportedVenues(let venues):
            "no dialect for " + venues.joined(separator: ", ") + "; can replay "
                + ReplayVenue.names.joined(separator: ", ")
        case .output(let reason): reason
        }
    }
}
