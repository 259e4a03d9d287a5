/// A thread and connections that nobody else uses, so that whoever stands there can cancel what rests when
/// the sockets' own thread is stuck.
public struct WatchPost: Sendable {
    public var lane: any Lane
    public var transport: any VenueTransport

    public init(lane: any Lane, transport: any VenueTransport) {
        self.lane = lane
        self.transport = transport
    }
}
