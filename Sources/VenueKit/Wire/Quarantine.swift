/// Why a frame was set aside. The venue's books lose their proof, a counter rises, the process lives.
public enum QuarantineReason: String, Error, Hashable, Sendable, CaseIterable {
    case malformedJSON = "malformed-json"
    case truncated = "truncated"
    case oversized = "oversized"
    case tooDeep = "too-deep"
    case notUTF8 = "not-utf8"
    case duplicateKey = "duplicate-key"
    case missingField = "missing-field"
    case wrongType = "wrong-type"
    /// NaN, 1e308, negative, overflowing or otherwise impossible numbers.
    case badNumber = "bad-number"
    /// More decimals than the instrument's scale holds.
    case inexactNumber = "inexact-number"
    case unknownSymbol = "unknown-symbol"
    case tooManyLevels = "too-many-levels"
    case unknownMessage = "unknown-message"
    case html = "html"
    case empty = "empty"
    /// Best bid at or above best ask after a message (found by the book, not by the dialect).
    case crossedBook = "crossed-book"
}
