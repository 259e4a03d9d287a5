/// What the outcome of an order request proves, before placing and cancelling read it in their own ways.
enum RequestVerdict {
    /// The venue's success; the answer's own content.
    case done(JSONTree)
    /// The venue says that it did nothing.
    case refused(code: String, message: String)
    /// Neither is proven.
    case unclear(String)
    /// No byte left this machine.
    case neverSent(String)
}
