/// Why a value's text is not acceptable and what would be.
struct Complaint: Error, Hashable {
    var message: String
    init(_ message: String) { self.message = message }
}
