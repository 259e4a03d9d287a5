import TradingModel

/// What a venue calls the fields that tell of a perpetual; one reader serves every venue that has them.
struct TermsFields: Sendable {
    let mark: StaticString
    let rate: StaticString
    let next: StaticString

    /// Reads one object; fields that it does not carry stay unknown.
    func read(
        _ cursor: inout WireJSON, _ listing: Listing, into frame: inout PublicFrame
    ) throws(QuarantineReason) {
        frame.isAboutTerms = true
        var terms = ContractTerms(instrument: listing.instrument.id)
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            if key.equals(mark) {
                terms.markPrice = try PositionNumbers.markPrice(try cursor.numberText().text, listing)
            } else if key.equals(rate) {
                terms.fundingRate = try ReportNumbers.rate(try cursor.numberText().text)
            } else if key.equals(next) {
                terms.nextFunding = try ReportNumbers.moment(milliseconds: try cursor.integer())
            } else {
                try cursor.skip()
            }
        }
        frame.addTerms(terms)
    }
}
