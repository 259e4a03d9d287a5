import TradingModel

/// How badly the way to one venue treats requests and frames. Chances are per 10,000; everything is zero in
/// fair weather. The number in a comment names the fault in the fault model.
public struct VenueWeather: Sendable {
    /// V01: an order was taken, its answer never comes.
    public var answerLost = 0
    /// V02: request or answer travel for up to `delay`, past our deadline.
    public var late = 0
    public var delay = Span.seconds(4)
    /// V03: an order was taken, and the answer is an error that proves nothing.
    public var errorAfterAll = 0
    /// V04: the request never reaches the venue.
    public var swallowed = 0
    /// V05: a frame of the private stream comes twice.
    public var privateDoubled = 0
    /// V06: two frames of the private stream change places.
    public var privateSwapped = 0
    /// V12: a frame of the public stream is lost, comes twice, or changes places with the next.
    public var publicLost = 0
    public var publicDoubled = 0
    public var publicSwapped = 0
    /// V13: a frame of the public stream is garbled.
    public var publicGarbled = 0
    /// V15: an answer is cut, HTML, or far too long.
    public var answerGarbled = 0
    /// V15: the venue sheds load: 429, 418 or 403 with Retry-After, or a 5xx before anything was done.
    public var overload = 0
    /// N08: no descriptor or memory is left for a connection.
    public var noDescriptors = 0
    /// N09: any request or answer is lost on the way.
    public var packetLoss = 0
    /// N09: what we send arrives, nothing comes back, until then.
    public var deafUntil = Moment.distantPast
    /// V10: open sockets carry nothing until then, without closing.
    public var stalledUntil = Moment.distantPast
    public var stallsPublic = true
    public var stallsPrivate = true

    public init() {}
}

/// What happened to one request on its way.
enum RequestFate {
    case arrives
    case answerLost
    case late(Span)
    case errorAfterAll
    case swallowed
    case garbled
    case overloaded
}
