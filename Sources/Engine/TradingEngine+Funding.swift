import Books
import Orders
import TradingModel

// Funding: booked once, by the venue's bills; on paper, when its published time has come.
extension TradingEngine {
    /// From when on a venue's payments may be new.
    public func fundingSince(_ venue: VenueID) -> Moment? {
        let name = policy.venues[venue.index].name
        return policy.venues[venue.index].listings.compactMap {
            funding.booked($0.instrument.symbol, venue: name)
        }.min()
    }

    /// Books a payment that is newer than the last one booked.
    mutating func funded(_ venue: VenueID, _ payment: FundingReport, _ now: Moment) {
        let name = policy.venues[venue.index].name
        let instrument = policy.instruments[payment.instrument.index]
        guard let booked = funding.booked(instrument.symbol, venue: name), payment.venueTime > booked,
            payment.venueTime <= now + Checkpoint.clockTolerance
        else { return }
        funding.note(payment.venueTime, instrument.symbol, venue: name)
        ledger.add(payment.amount, venue, instrument.quote)
        counters.funding += payment.amount
        let reason = FundingMemory.reason(instrument.symbol, payment.id, payment.venueTime)
        output.append(
            .journal(
                .adjusted(venue: name, asset: instrument.quote, amount: payment.amount, reason: reason)))
    }

    /// What positions owe or are owed now that the published time of a payment has come; a payment that is
    /// booked is not due again. For a dry run, which no venue pays.
    public func dueFunding(at now: Moment) -> [(venue: VenueID, report: FundingReport)] {
        var due: [(venue: VenueID, report: FundingReport)] = []
        for index in books.indices {
            for (slot, known) in terms[index].enumerated() {
                let venue = books[index].tops[slot].venue
                let name = policy.venues[venue.index].name
                guard let at = known?.nextFunding, at <= now, let rate = known?.fundingRate,
                    let mark = known?.markPrice,
                    let booked = funding.booked(books[index].instrument.symbol, venue: name), at > booked
                else { continue }
                let instrument = books[index].instrument
                let value = instrument.notional(mark, position(venue, instrument))
                // Divided first: what a venue publishes must not overflow.
                let paid = Amount(raw: value.raw / Int128(Rate.one) * Int128(rate.raw))
                due.append(
                    (
                        venue,
                        FundingReport(instrument: instrument.id, id: "paper", amount: -paid, venueTime: at)
                    ))
            }
        }
        return due
    }

    /// An account of perpetuals was opened: payments from now on are its own.
    mutating func beginFunding(_ venue: VenueID, _ asset: Asset, _ now: Moment) {
        guard margin(of: venue) != nil else { return }
        let name = policy.venues[venue.index].name
        for listing in policy.venues[venue.index].listings {
            let symbol = listing.instrument.symbol
            guard [listing.instrument.base, listing.instrument.quote].contains(asset),
                ledger.isOpen(venue, listing.instrument.quote),
                funding.booked(symbol, venue: name) == nil
            else { continue }
            funding.note(now, symbol, venue: name)
            output.append(.journal(fundingMark(name, listing.instrument, now)))
        }
    }

    /// A person took the venue's word for the wallet: what was paid before is in it.
    mutating func takeFundingForBooked(_ venue: VenueID, _ asset: Asset, _ now: Moment) {
        guard margin(of: venue) != nil else { return }
        let name = policy.venues[venue.index].name
        for listing in policy.venues[venue.index].listings where listing.instrument.quote == asset {
            funding.note(now, listing.instrument.symbol, venue: name)
            output.append(.journal(fundingMark(name, listing.instrument, now)))
        }
    }

    /// Rows before a checkpoint may be forgotten: how far funding is booked stands after it.
    mutating func repeatFundingMarks() {
        for venue in policy.venues where venue.margin != nil {
            for listing in venue.listings {
                guard let at = funding.booked(listing.instrument.symbol, venue: venue.name) else { continue }
                output.append(.journal(fundingMark(venue.name, listing.instrument, at)))
            }
        }
    }

    private func fundingMark(_ venue: String, _ instrument: Instrument, _ at: Moment) -> OutboxRecord {
        .adjusted(
            venue: venue, asset: instrument.quote, amount: .zero,
            reason: FundingMemory.reason(instrument.symbol, "booked", at))
    }
}
