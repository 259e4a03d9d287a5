import Configuration
import Ports
import TradingModel
import VenueKit

/// Every check that stands between a configuration and live trading. Nothing is traded; nothing is changed.
struct Preflight {
    let configuration: NodeConfiguration
    let access: [VenueAccess?]
    let world: World

    struct Row: Encodable {
        var venue: String
        var check: String
        var passed: Bool
        var detail: String
    }

    func run() async -> [Row] {
        var rows = [
            Row(
                venue: "node", check: "mode", passed: configuration.mode == .live,
                detail: "mode: \(configuration.mode.rawValue)")
        ]
        for (index, venue) in configuration.venues.enumerated() {
            guard let dialect = DialectCatalog.make(venue.profile, venue.listings) else { continue }
            let connector = VenueConnector(
                venue: VenueID(index), dialect: dialect, access: access[index], world: world)
            rows += await checks(venue, connector, hasKeys: access[index] != nil)
        }
        return rows
    }

    private func checks(
        _ venue: NodeConfiguration.Venue, _ connector: VenueConnector, hasKeys: Bool
    ) async -> [Row] {
        let name = venue.profile.name
        var rows: [Row] = []
        do throws(VenueFault) {
            let offset = try await connector.synchroniseClock()
            let skew = max(offset, .zero - offset)
            rows.append(
                Row(
                    venue: name, check: "reachable over verified TLS", passed: true,
                    detail: venue.profile.restOrigin))
            rows.append(
                Row(
                    venue: name, check: "clock", passed: skew <= .seconds(1),
                    detail: "\(offset.milliseconds) ms apart"))
        } catch {
            return [Row(venue: name, check: "reachable over verified TLS", passed: false, detail: "\(error)")]
        }
        do throws(VenueFault) {
            rows += Preflight.compare(try await connector.filters(), venue)
        } catch { rows.append(Row(venue: name, check: "filters", passed: false, detail: "\(error)")) }
        guard hasKeys else {
            return rows + [Row(venue: name, check: "keys", passed: false, detail: "none given")]
        }
        do throws(VenueFault) {
            let balances = try await connector.balances()
            rows.append(Row(venue: name, check: "keys", passed: true, detail: "signature accepted"))
            // A perpetual needs no base asset, only margin.
            let assets = Set(
                venue.listings.flatMap {
                    $0.isPerpetual ? [$0.instrument.quote] : [$0.instrument.base, $0.instrument.quote]
                }
            ).sorted()
            let funded = assets.filter { asset in
                balances.contains { $0.asset == asset && $0.available > .zero }
            }
            rows.append(
                Row(
                    venue: name, check: "balances", passed: funded.count == assets.count,
                    detail: funded.count == assets.count
                        ? "all funded"
                        : "empty: "
                            + assets.filter { !funded.contains($0) }.map(\.code).joined(separator: " ")))
        } catch { rows.append(Row(venue: name, check: "keys", passed: false, detail: "\(error)")) }
        rows.append(await keyScope(name, connector))
        return rows + (await perpetualChecks(venue, connector))
    }

    /// A key that could withdraw, works from anywhere or is about to expire does not trade real money.
    private func keyScope(_ name: String, _ connector: VenueConnector) async -> Row {
        do throws(VenueFault) {
            guard let scope = try await connector.keyScope() else {
                return Row(
                    venue: name, check: "key scope", passed: true,
                    detail: "the venue does not tell it: see there that it may not withdraw and is bound")
            }
            let problems = scope.problems(at: world.time.now)
            return Row(
                venue: name, check: "key scope", passed: problems.isEmpty,
                detail: problems.isEmpty
                    ? "trades, does not withdraw, is bound" : problems.joined(separator: "; "))
        } catch { return Row(venue: name, check: "key scope", passed: false, detail: "\(error)") }
    }

    /// Settings of the account that no order can show before it is too late, and the right to read bills.
    private func perpetualChecks(_ venue: NodeConfiguration.Venue, _ connector: VenueConnector) async -> [Row]
    {
        guard venue.profile.perpetual != nil else { return [] }
        let name = venue.profile.name
        do throws(VenueFault) {
            let problems = try await connector.accountProblems()
            _ = try await connector.fundings(since: world.time.now - .seconds(60))
            return [
                Row(
                    venue: name, check: "account for perpetuals", passed: problems.isEmpty,
                    detail: problems.isEmpty
                        ? "one-way, margin, funding readable" : problems.joined(separator: "; "))
            ]
        } catch {
            return [Row(venue: name, check: "account for perpetuals", passed: false, detail: "\(error)")]
        }
    }

    /// The venue's own filters against the configured ones, in exact decimals.
    static func compare(_ filters: [ListingFilters], _ venue: NodeConfiguration.Venue) -> [Row] {
        venue.listings.map { listing in
            let check = "filters of \(listing.symbol)"
            let name = venue.profile.name
            guard let found = filters.first(where: { $0.symbol == listing.symbol }) else {
                return Row(venue: name, check: check, passed: false, detail: "the venue lists no such symbol")
            }
            var wrong: [String] = found.trading ? [] : ["not trading"]
            func hold(_ what: String, _ ours: String, _ theirs: String) {
                // Text that cannot be read differs.
                let same = (try? Amount(text: ours)) == (try? Amount(text: theirs))
                if !same, !theirs.isEmpty { wrong.append("\(what) is \(theirs), configured \(ours)") }
            }
            let instrument = listing.instrument
            if case .perpetual(let decimals) = listing.kind {
                hold("contract", DecimalText.format(Int64(1), scale: decimals), found.contract)
            }
            hold("tick", instrument.text(listing.tick), found.tick)
            hold("lot", instrument.text(listing.lot), found.lot)
            hold("minimum quantity", instrument.text(listing.minimumQuantity), found.minimumQuantity)
            hold("minimum notional", listing.minimumNotional.description, found.minimumNotional)
            return Row(
                venue: name, check: check, passed: wrong.isEmpty,
                detail: wrong.isEmpty ? "as configured" : wrong.joined(separator: "; "))
        }
    }

    static func table(_ rows: [Row]) -> [String] {
        let width = rows.map(\.venue.count).max() ?? 0
        let checkWidth = rows.map(\.check.count).max() ?? 0
        return rows.map { row in
            let venue = row.venue + String(repeating: " ", count: width - row.venue.count)
            let check = row.check + String(repeating: " ", count: checkWidth - row.check.count)
            return "\(row.passed ? "ok  " : "FAIL")  \(venue)  \(check)  \(row.detail)"
        }
    }
}
