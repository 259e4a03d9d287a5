import Engine
import Hedging
import Orders
import Ports
import TradingModel
import VenueKit

// What the engine decided, carried out.
extension TradingDesk {
    func perform(_ directive: Directive) {
        switch directive {
        case .journal(let record): journal(record)
        case .persist(let intents): persist(intents)
        case .persistLoosening(let number, let record): queue.add(record.encoded(), loosening: number)
        case .transmit(let intent): transmit(intent)
        case .persistAmend(let amendment): persist(amendment)
        case .amend(let amendment): amend(amendment)
        case .cancel(let order, let venue): cancel(order, venue)
        case .query(let order, let venue): query(order, venue)
        case .readLists(let order, let venue): readLists(order, venue)
        case .fetchFills(let venue, let instrument):
            guard paper == nil else { return }
            world.passes(.historyAsked)
            Task(executorPreference: lane) {
                _ = await self.fetchFills(
                    venue, self.batch(venue, instrument), since: self.fillsMayLack(venue))
            }
        case .resynchronise(let venue, let instrument):
            connectors[venue.index].assumeIsolated { $0.resynchronise(instrument) }
        case .alarm(let incident): raise(incident)
        }
    }

    private func cancel(_ order: OrderReference, _ venue: VenueID) {
        guard paper == nil else { return cancelOnPaper(order) }
        world.passes(.cancelDecided)
        cancelWire.asked(order.id)
        connectors[venue.index].assumeIsolated { connector in
            connector.cancel(
                order,
                sent: { at in self.assumeIsolated { $0.cancelWire.sent(order.id, at: at) } },
                done: { answer, _ in
                    self.assumeIsolated { desk in
                        desk.cancelWire.ended(order.id)
                        desk.world.passes(.cancelAnswered)
                        desk.handle(.cancelAnswered(order.id, answer))
                        desk.world.passes(.cancelApplied)
                    }
                })
        }
    }

    private func amend(_ amendment: Amendment) {
        guard paper == nil else { return amendOnPaper(amendment) }
        world.passes(.amendTransmits)
        connectors[amendment.venue.index].assumeIsolated { connector in
            connector.amend(
                amendment,
                mayGo: {
                    self.assumeIsolated { desk in
                        desk.withEngine { $0.mayStillGo(amendment, at: desk.world.time.now) }
                            && desk.engine.orders[amendment.order.id].map {
                                !desk.board.forbids($0.intent)
                            } ?? false
                    }
                },
                done: { answer, _ in
                    self.assumeIsolated { desk in
                        desk.world.passes(.amendAnswered)
                        desk.handle(.amendAnswered(amendment, answer))
                        desk.world.passes(.amendApplied)
                    }
                })
        }
    }

    private func query(_ order: OrderReference, _ venue: VenueID) {
        guard paper == nil else { return queryOnPaper(order) }
        world.passes(.queryDecided)
        Task(executorPreference: lane) {
            let answer = await self.connectors[venue.index].query(order)
            await self.queryAnswered(order.id, answer)
        }
    }

    private func queryAnswered(_ id: ClientOrderID, _ answer: QueryAnswer) {
        world.passes(.queryAnswered)
        handle(.queryAnswered(id, answer))
        world.passes(.queryApplied)
    }

    /// The second opinion on an order that its own endpoint does not know.
    private func readLists(_ order: OrderReference, _ venue: VenueID) {
        guard paper == nil else { return listOnPaper(order) }
        world.passes(.listsAsked)
        guard listLooks[venue, default: LookQueue()].add(order) else { return }
        Task(executorPreference: lane) { await self.lookAtLists(of: venue) }
    }

    private func lookAtLists(of venue: VenueID) async {
        while let orders = listLooks[venue]?.next() {
            for batch in connectors[venue.index].batches {
                let own = orders.filter { batch.instruments.contains($0.instrument) }
                guard !own.isEmpty else { continue }
                let listed = await listed(own, batch, venue)
                for order in own { listsRead(order.id, listed.map { $0.contains(order.id) }) }
            }
        }
    }

    /// Which of these the venue's open orders show, or fills that were not booked yet; `nil` when the venue
    /// did not answer. A fill that was known says that an order was there, not that it still is.
    private func listed(_ orders: [OrderReference], _ batch: InstrumentBatch, _ venue: VenueID) async
        -> Set<ClientOrderID>?
    {
        let filled = orders.map { engine.orders[$0.id]?.filled }
        do throws(VenueFault) {
            let open = try await connectors[venue.index].openOrders(batch)
            world.passes(.listsRead)
            guard let unclaimed = await fetchFills(venue, batch, since: fillsMayLack(venue)),
                await findOwners(of: unclaimed, among: orders, venue)
            else { return nil }
            let asked = Set(orders.map(\.id))
            var shown: Set<ClientOrderID> = []
            for report in open {
                guard let id = report.clientID, asked.contains(id) else { continue }
                shown.insert(id)
                handle(.reported(venue, report))
            }
            for (order, before) in zip(orders, filled) where engine.orders[order.id]?.filled != before {
                shown.insert(order.id)
            }
            return shown
        } catch {
            let names = orders.map(\.id.description).joined(separator: ", ")
            note(.venueRefused, .warning, venue, "asking for \(names): \(error)")
            return nil
        }
    }

    /// A history that names no client's id may show an order's fill without saying that it is that order's
    /// (Binance, Kraken): the fill's own order is asked after. `false`: one may be, and nobody could tell.
    private func findOwners(of fills: [FillReport], among orders: [OrderReference], _ venue: VenueID) async
        -> Bool
    {
        guard !connectors[venue.index].historyNamesOrders else { return true }
        let possible = fills.filter { fill in
            fill.clientID == nil
                && orders.contains { $0.instrument == fill.instrument && $0.side == fill.side }
        }
        var names: Set<String> = []
        for fill in possible where names.insert(fill.venueOrderID).inserted {
            let owner = OrderReference(
                id: .nobody, instrument: fill.instrument, side: fill.side, venueOrderID: fill.venueOrderID)
            guard case .found(let report) = await connectors[venue.index].query(owner) else { return false }
            if report.clientID != nil { handle(.reported(venue, report)) }
        }
        return true
    }

    private func listsRead(_ id: ClientOrderID, _ seen: Bool?) {
        handle(.listsRead(id, isWhole: seen != nil, showsIt: seen ?? false))
        world.passes(.listsApplied)
    }

    /// From when on an order's fills may be missing: at least five minutes, and everything since ledger and
    /// venue last agreed: what filled while the node was away, or its link, lies behind that.
    private func fillsMayLack(_ venue: VenueID) -> Moment {
        min(world.time.now - .seconds(300), historyBegins(venue))
    }

    private nonisolated func batch(_ venue: VenueID, _ instrument: InstrumentID) -> InstrumentBatch {
        let batches = connectors[venue.index].batches
        guard let batch = batches.first(where: { $0.instruments.contains(instrument) }) else {
            preconditionFailure("an order's instrument is listed at its venue")
        }
        return batch
    }

    /// Books what the venue's trade history holds; answers the fills that no order of ours claims, or `nil`
    /// when the venue did not answer.
    func fetchFills(_ venue: VenueID, _ batch: InstrumentBatch, since: Moment) async -> [FillReport]? {
        do throws(VenueFault) {
            let fills = try await connectors[venue.index].fills(batch, since: since)
            world.passes(.historyRead)
            let now = world.time.now
            for fill in fills { tell(.filled(venue, fill), at: now) }
            act()
            world.passes(.historyApplied)
            return fills.filter {
                !engine.orders.isBooked(venue: venue, instrument: $0.instrument, tradeID: $0.tradeID)
            }
        } catch {
            note(.venueRefused, .warning, venue, "trade history: \(error)")
            return nil
        }
    }

    private func transmit(_ intent: OrderIntent) {
        let isHedge = intent.purpose.reducesRisk
        guard paper == nil else { return transmitOnPaper(intent) }
        board.goes(intent)
        world.passes(isHedge ? .hedgeTransmits : .openingTransmits)
        health.sends(intent, at: world.time.now)
        connectors[intent.venue.index].assumeIsolated { connector in
            connector.place(
                intent,
                mayGo: {
                    self.assumeIsolated { desk in
                        desk.withEngine { $0.mayStillGo(intent.id, at: desk.world.time.now) }
                            && !desk.board.forbids(intent)
                    }
                },
                sent: { at in
                    self.assumeIsolated { $0.latency.sent(intent, at: at) }
                },
                done: { answer, _ in
                    self.assumeIsolated { desk in
                        desk.latency.answered(intent.id, intent.venue, at: desk.world.time.now)
                        desk.health.answered(intent, answer)
                        desk.world.passes(.answerArrived)
                        desk.handle(.placeAnswered(intent.id, answer))
                        desk.world.passes(.answerApplied)
                    }
                })
        }
        world.passes(isHedge ? .hedgeTransmitted : .openingTransmitted)
    }
}
