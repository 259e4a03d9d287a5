import Control
import Engine
import Node
import TradingModel

extension VenuesAnswer {
    static func gather(_ desk: isolated TradingDesk) -> VenuesAnswer {
        let statuses = desk.inspect { $0.venues }
        var answer = VenuesAnswer()
        answer.atNs = desk.now.nanoseconds
        answer.venues = zip(desk.venueReports, statuses).map { Venue($0, $1) }
        return answer
    }
}

extension VenuesAnswer.Venue {
    init(_ venue: NodeReport.Venue, _ status: VenueStatus) {
        self.init()
        state = VenueState(venue)
        books = venue.books
        booksProven = venue.booksSynced
        frames = venue.frames
        proof = venue.proof.rawValue
        proofChecked = venue.proofChecked
        proofFailed = venue.proofFailed
        resyncs = venue.resyncs
        quarantined = venue.quarantined
        clockOffsetNs = venue.clockOffset.nanoseconds
        orders = status.orders
        fills = status.fills
        isDeadManArmed = status.isDeadManArmed
        headroom = status.headroom == .max ? nil : status.headroom
    }
}

extension VenueState {
    init(_ venue: NodeReport.Venue) {
        self.init()
        self.venue = venue.name
        mayOpen = venue.mayOpen
        blockedBy = venue.blockedBy
        accepted = venue.accepted
    }
}
