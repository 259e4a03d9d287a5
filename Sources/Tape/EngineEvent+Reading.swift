import Engine
import Orders
import TradingModel

extension TapeReader {
    /// - Parameter policies: the configuration that a digest names.
    mutating func event(_ policies: TapePolicies) throws(TapeFault) -> EngineEvent {
        let kind = try byte()
        switch kind {
        case 1: return .publicStream(try venue(), try instruments(), isOpen: try flag())
        case 2: return .bookQuarantined(try venue(), try instruments(), reason: try text())
        case 3: return .privateStream(try venue(), isReady: try flag(), reason: try text())
        case 4: return .reconciled(try venue())
        case 5: return .dirty(try venue(), detail: try text())
        case 6: return .contract(try venue(), try terms())
        case 7: return .funded(try venue(), try funding())
        case 8: return .durable(try ids())
        case 9: return .notDurable(try ids(), reason: try text())
        case 10: return .placeAnswered(try id(), try placeAnswer())
        case 11: return .queryAnswered(try id(), try queryAnswer())
        case 12: return .listsRead(try id(), isWhole: try flag(), showsIt: try flag())
        case 13: return .cancelAnswered(try id(), try cancelAnswer())
        case 14: return .amendAnswered(try amendment(), try amendAnswer())
        case 15: return .reported(try venue(), try report())
        case 16: return .filled(try venue(), try fill())
        case 17: return .found(try venue(), try report())
        case 18: return .foreignFill(try venue(), try fill())
        case 19...37: return try laterEvent(kind, policies)
        default: throw .malformed("an event of kind \(kind)")
        }
    }

    private mutating func laterEvent(_ kind: UInt8, _ policies: TapePolicies) throws(TapeFault) -> EngineEvent
    {
        switch kind {
        case 19: return .corrected(try venue(), try text())
        case 20: return .drifted(try venue(), detail: try text())
        case 21: return .venueMode(try venue(), isSafe: try flag(), reason: try text(), actor: try text())
        case 22: return .strategyApproved(try text(), reason: try text(), actor: try text())
        case 23: return .store(try store())
        case 24: return .historyDamaged(try text())
        case 25: return .cancelAll(try venue())
        case 26: return .checkpoint
        case 27: return .opened(try venue(), Asset(try text()), Amount(raw: try wide()))
        case 28:
            return .adjusted(
                try venue(), Asset(try text()), by: Amount(raw: try wide()), reason: try text())
        case 29: return .mode(try value(OperatingMode.self), reason: try text(), actor: try text())
        case 30: return .governance(try governance(policies))
        case 31: return .headroom(try venue(), Int(try integer()))
        case 32:
            return .clock(
                try venue(),
                try optional { reader throws(TapeFault) in Span(nanoseconds: try reader.integer()) })
        case 33: return .rule(try text(), isOn: try flag(), reason: try text(), actor: try text())
        case 34: return .deadMan(try venue(), isArmed: try flag())
        case 35: return .canaryOrder(try venue())
        case 36: return .draining
        default: return .timer
        }
    }

    private mutating func instruments() throws(TapeFault) -> [InstrumentID] {
        try list { reader throws(TapeFault) in try reader.instrument() }
    }

    private mutating func ids() throws(TapeFault) -> [ClientOrderID] {
        try list { reader throws(TapeFault) in try reader.id() }
    }

    private mutating func store() throws(TapeFault) -> StoreHealth {
        switch try byte() {
        case 0: return .good
        case 1: return .slow
        case 2: return .low(try text())
        case let kind: throw .malformed("a store's health of \(kind)")
        }
    }
}

// MARK: People's words

extension TapeReader {
    private mutating func governance(_ policies: TapePolicies) throws(TapeFault) -> Governance {
        switch try byte() {
        case 0: return .resume(to: try value(OperatingMode.self), reason: try text(), people: try names())
        case 1: return .maintenance(try value(MaintenanceStep.self), reason: try text(), actor: try text())
        case 2:
            return .kill(
                KillOrder(try scope(), reason: try text(), actor: try text(), flattens: try flag()))
        case 3: return .lift(try scope(), reason: try text(), people: try names())
        case 4: return .looseningDurable(try natural())
        case 5: return .looseningRefused(try natural(), reason: try text())
        case 6:
            let fact = try configuration()
            return .configure(
                PolicyChange(policy: try policies(fact.after), fact: fact, people: try count()),
                people: try names())
        case 7: return .started(with: try configuration())
        case 8: return .riskTarget(Int(try integer()), reason: try text(), actor: try text())
        case 9:
            return .riskInputs(
                RiskInputs(
                    heartbeats: try optional { reader throws(TapeFault) in Int(try reader.integer()) },
                    canary: try optional { reader throws(TapeFault) in try reader.flag() },
                    operatorPresent: try optional { reader throws(TapeFault) in try reader.flag() }))
        case let kind: throw .malformed("a word of kind \(kind)")
        }
    }

    private mutating func names() throws(TapeFault) -> [String] {
        try list { reader throws(TapeFault) in try reader.text() }
    }

    private mutating func scope() throws(TapeFault) -> KillScope {
        switch try byte() {
        case 0: return .all
        case 1: return .venue(try text())
        case 2: return .strategy(try text())
        case 3: return .symbol(try text())
        case let kind: throw .malformed("a scope of \(kind)")
        }
    }

    private mutating func configuration() throws(TapeFault) -> ConfigurationFact {
        ConfigurationFact(
            before: try text(), after: try text(),
            changes: try list { reader throws(TapeFault) in
                ConfigurationFact.Change(
                    key: try reader.text(),
                    before: try reader.optional { inner throws(TapeFault) in try inner.text() },
                    after: try reader.optional { inner throws(TapeFault) in try inner.text() })
            },
            reason: try text(), actor: try text(), at: try moment())
    }
}
