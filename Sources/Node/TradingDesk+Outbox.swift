import Engine
import Orders
import Ports
import TradingModel

// The outbox, one batch at a time; the reserve path for hedges; checkpoints and what they let go.
extension TradingDesk {
    func journal(_ record: OutboxRecord) {
        let now = world.time.now
        switch record {
        case .checkpoint:
            world.passes(.checkpointDecided)
            queue.addCheckpoint(record.encoded(), at: now)
            keepRuns()
            keepCases()
        case .moved(let id, let state, _, _):
            if state.isTerminal { board.ended(id) }
            queue.add(record.encoded(), isUrgent: false, at: now)
        case .killed, .riskIndex, .configured: queue.add(record.encoded(), isUrgent: true, at: now)
        case .mode, .venueMode:
            queue.add(record.encoded(), isUrgent: true, at: now)
            world.passes(.modeChanged)
        case .rule: queue.add(record.encoded(), isUrgent: true, at: now)
        case .warranted(let warrant, _, _):
            // Its orders may be sent once it is durable.
            queue.add(record.encoded(), of: warrant.name, isHedge: false, at: now)
        default: queue.add(record.encoded(), isUrgent: false, at: now)
        }
        passWarrant(record, now)
    }

    private func passWarrant(_ record: OutboxRecord, _ now: Moment) {
        switch record {
        case .warranted: world.passes(.warrantQueued)
        case .intended(let intent, _, _) where engine.orders[intent.id]?.state == .sent:
            latency.warranted(intent.id, at: now)
            world.passes(.warrantUsed)
        case .revoked: world.passes(.warrantRevoked)
        default: break
        }
    }

    func persist(_ intents: [OrderIntent]) {
        let now = world.time.now
        let isHedge = intents.allSatisfy(\.purpose.reducesRisk)
        world.passes(isHedge ? .hedgeDecided : .openingDecided)
        for intent in intents {
            let row = OutboxRecord.intended(
                intent, venue: engine.policy.venues[intent.venue.index].name,
                symbol: engine.policy.instruments[intent.instrument.index].symbol
            ).encoded()
            queue.add(row, of: intent.id, isHedge: intent.purpose.reducesRisk, at: now)
        }
        world.passes(isHedge ? .hedgeQueued : .openingQueued)
    }

    /// The row that the amend waits for; its order's own was durable long ago.
    func persist(_ amendment: Amendment) {
        let row = OutboxRecord.amended(
            amendment.order.id, to: amendment.terms, .decided, at: amendment.decidedAt
        ).encoded()
        queue.add(row, of: amendment.order.id, isHedge: false, at: world.time.now)
        world.passes(.amendQueued)
    }

    /// Hands over what has gathered, once for everything that one event caused: a fill's own row must not
    /// make the hedge's row wait for a second batch.
    func write() {
        // While the store takes nothing, a batch every so often finds out whether it does again.
        if let storeRefusedAt, world.time.now - storeRefusedAt < TradingDesk.storeRetry { return }
        guard let batch = queue.take(at: world.time.now) else { return awaitGathering() }
        world.passes(.batchHanded)
        Task(executorPreference: lane) {
            let outcome = await self.keeper.append(batch.rows.map(\.bytes))
            await self.written(outcome)
            // After the answer: whoever waits for these rows waits for the disk alone.
            await self.notStored(await self.keeper.absorb())
        }
    }

    /// What is durable already, the store did not take.
    private func notStored(_ fault: OutboxFault?) {
        if let fault { handle(.notDurable([], reason: "\(fault)")) }
    }

    private func awaitGathering() {
        guard queue.current == nil, let due = queue.due, !isGathering else { return }
        isGathering = true
        Task(executorPreference: lane) {
            do { try await self.world.time.sleep(until: due) } catch { return }
            await self.gathered()
        }
    }

    private func gathered() {
        isGathering = false
        write()
    }

    /// How long a store that refused is left alone.
    static let storeRetry = Span.seconds(1)

    private func written(_ outcome: Result<UInt64, OutboxFault>) {
        let batch = queue.finished()
        let now = world.time.now
        latency.wrote(now - batch.beganAt)
        switch outcome {
        case .success(let last):
            storeRefusedAt = nil
            lastBatchAt = now
            for id in batch.orders {
                if let intent = engine.orders[id]?.intent { latency.durable(intent, at: now) }
            }
            if unsettledSince == nil { unsettledSince = lastBatchAt }
            world.passes(.batchDurable)
            if let position = batch.checkpoint {
                let sequence = last - UInt64(batch.rows.count - 1 - position)
                checkpoints.append((sequence, batch.checkpointAt))
                world.passes(.checkpointDurable)
            }
            witness(batch.rows, last: last)
            if !batch.orders.isEmpty { handle(.durable(batch.orders)) }
            for number in batch.loosenings { handle(.governance(.looseningDurable(number))) }
            runsWritten(batch.runs)
        case .failure(let fault):
            world.passes(.batchRefused)
            storeRefusedAt = now
            refuse(batch, fault)
        }
        write()
    }

    /// Openings are over. Hedges, and facts that a restart would have to ask the venues for again, have the
    /// reserve path left.
    private func refuse(_ batch: OutboxQueue.Batch, _ fault: OutboxFault) {
        let openings = batch.rows.filter { $0.order != nil && !$0.isHedge }.compactMap(\.order)
        handle(.notDurable(openings, reason: "\(fault)"))
        // What was not loosened is not loosened later either: people are told, and ask again.
        for number in batch.loosenings {
            handle(.governance(.looseningRefused(number, reason: "\(fault)")))
        }
        reserve(batch.rows.filter { $0.loosening == nil && ($0.order == nil || $0.isHedge) })
    }

    /// Called on every beat: a hedge does not wait for a slow disk, and new risk does not start on one.
    func watchStore() {
        let now = world.time.now
        reserve(
            queue.overdue(store.hedgePatience, at: now).map {
                OutboxQueue.Row(bytes: $0.row, order: $0.order, isHedge: true)
            })
        if let began = queue.current?.beganAt, now - began > store.slow {
            handle(.store(.slow))
        } else if storeRefusedAt == nil, !isSpaceLow {
            handle(.store(.good))
        }
        write()
        settle(now)
        forgetHistory(now)
        measureSpace(now)
    }

    private func settle(_ now: Moment) {
        guard let unsettledSince else { return }
        let waiting = now - unsettledSince
        let isQuiet = isIdle && now - lastBatchAt >= StorePolicy.settleAfter
        guard waiting >= StorePolicy.settleWithin || waiting >= StorePolicy.settleEvery && isQuiet else {
            return
        }
        self.unsettledSince = nil
        Task(executorPreference: lane) { await self.notStored(await self.keeper.settle()) }
    }

    /// How often the free space under the store is looked at.
    static let spaceInterval = Span.seconds(1)

    private func measureSpace(_ now: Moment) {
        guard now >= nextSpaceLook else { return }
        nextSpaceLook = now + TradingDesk.spaceInterval
        Task(executorPreference: lane) {
            let space = await self.keeper.space()
            await self.measured(space)
        }
    }

    private func measured(_ space: OutboxSpace) {
        storeLaneAnswered()
        isSpaceLow = space != .ample
        guard isSpaceLow else { return }
        let what = space == .low ? "room is getting short" : "nothing more is written"
        handle(.store(.low("\(what) under the outbox: make room on its disk")))
    }

    private func reserve(_ rows: [OutboxQueue.Row]) {
        let due = rows.filter { row in row.order.map { engine.orders[$0]?.state == .new } ?? true }
        guard !due.isEmpty else { return }
        let ids = due.compactMap(\.order)
        Task(executorPreference: lane) {
            let outcome = await self.reserveKeeper.append(due.map(\.bytes))
            await self.reserved(ids, due, outcome)
        }
    }

    private func reserved(
        _ ids: [ClientOrderID], _ rows: [OutboxQueue.Row], _ outcome: Result<UInt64, OutboxFault>
    ) {
        let still = ids.filter { engine.orders[$0]?.state == .new }
        switch outcome {
        case .success(let last):
            witness(rows, last: last)
            runsWritten(rows.compactMap(\.run))
            handle(.durable(still))
        case .failure(let fault):
            handle(.notDurable(still, reason: "reserve path: \(fault)"))
            // Facts that neither takes are written first once either does.
            queue.putBack(rows.filter { $0.order == nil && $0.run == nil })
            runsNotWritten(rows.compactMap(\.run))
        }
    }

    private func witness(_ rows: [OutboxQueue.Row], last: UInt64) {
        guard let tellRows else { return }
        let first = last + 1 - UInt64(rows.count)
        tellRows(
            rows.enumerated().map { DurableRow(sequence: first + UInt64($0.offset), bytes: $0.element.bytes) }
        )
    }

    // MARK: Checkpoints

    private func forgetHistory(_ now: Moment) {
        if now >= nextCheckpoint {
            nextCheckpoint = now + store.checkpointEvery
            handle(.checkpoint)
        }
        guard !isDiscarding, let old = checkpoints.lastIndex(where: { now - $0.at >= store.keep }) else {
            return
        }
        let sequence = checkpoints[old].sequence
        checkpoints.removeFirst(old + 1)
        isDiscarding = true
        Task(executorPreference: lane) {
            let fault = await self.keeper.discard(before: sequence)
            await self.discarded(fault)
        }
    }

    private func discarded(_ fault: OutboxFault?) {
        isDiscarding = false
        // A history that cannot be shortened only grows: a person has time to see to it.
        if let fault { note(.diskLow, .warning, nil, "old rows cannot be forgotten: \(fault)") }
    }
}
