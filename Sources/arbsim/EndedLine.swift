import SimulatedWorld

/// The line on stdout that ends a double's service: what the venue itself holds, for whoever wants to judge a
/// client by it. Balances are totals over the venue's accounts, exact decimals.
struct EndedLine {
    let venue: String
    let truth: VenueTruth

    var text: String {
        let balances = truth.balances.map { "\(ReadyLine.quoted($0.asset)):\"\($0.total)\"" }
        let open = truth.orders.count { $0.isOpen }
        return "{\"ended\":true,\"venue\":\(ReadyLine.quoted(venue)),"
            + "\"balances\":{\(balances.joined(separator: ","))},"
            + "\"orders\":\(truth.orders.count),\"fills\":\(truth.fillCount),\"open_orders\":\(open)}"
    }
}
